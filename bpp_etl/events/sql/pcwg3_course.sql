-- One row per candidate with a bone scan on treatment: what the two-plus-two rule asks for.
-- In the flare window the first scan is the new reference for all later ones; a first scan after it is not, for its own
-- new lesions are no flare.
with bone_scan as (
    select distinct
        candidate.patient_id,
        candidate.therapy_start_date,
        scan.assessment_id,
        scan.assessment_date as scan_date
    from candidate
    join scan
        on scan.patient_id = candidate.patient_id
        and scan.modality = 'BONE_SCAN'
        and scan.is_evaluable
        and scan.is_on_treatment
),

first_scan as (
    select
        patient_id,
        min(scan_date) as first_scan_date,
        min(scan_date) - any_value(therapy_start_date) <= $flare_window_days as is_in_flare_window
    from bone_scan
    group by patient_id
),

lesion as (
    select
        bone_scan.patient_id,
        lesions.lesion_id,
        min(bone_scan.scan_date) filter (
            where lesions.status = 'new'
            and known_lesion.lesion_id is null
            and not coalesce(lesions.is_equivocal, false)
        ) as new_on,
        list(bone_scan.scan_date) filter (where lesions.status = 'resolved') as resolved_on
    from bone_scan
    join core.bone_lesions as lesions
        on lesions.registry = $registry and lesions.assessment_id = bone_scan.assessment_id
    left join known_lesion
        on known_lesion.assessment_id = lesions.assessment_id and known_lesion.lesion_id = lesions.lesion_id
    where lesions.status in ('new', 'resolved')
    group by bone_scan.patient_id, lesions.lesion_id
),

counted as (
    select
        bone_scan.patient_id,
        bone_scan.scan_date,
        first_scan.first_scan_date,
        first_scan.is_in_flare_window and bone_scan.scan_date = first_scan.first_scan_date as is_in_flare,
        count(distinct lesion.lesion_id) filter (where lesion.new_on <= bone_scan.scan_date) as new_so_far,
        -- Those of the first scan in the flare window are part of the reference.
        count(distinct lesion.lesion_id) filter (
            where lesion.new_on <= bone_scan.scan_date
            and (lesion.new_on > first_scan.first_scan_date or not first_scan.is_in_flare_window)
            and not coalesce(
                list_bool_or(
                    list_transform(
                        lesion.resolved_on, lambda day: day > lesion.new_on and day <= bone_scan.scan_date
                    )
                ),
                false
            )
        ) as left_so_far
    from bone_scan
    join first_scan on first_scan.patient_id = bone_scan.patient_id
    left join lesion on lesion.patient_id = bone_scan.patient_id and lesion.new_on is not null
    group by
        bone_scan.patient_id, bone_scan.scan_date, first_scan.first_scan_date, first_scan.is_in_flare_window
),

settled as (
    select
        counted.patient_id,
        counted.scan_date,
        counted.first_scan_date,
        counted.is_in_flare,
        case when counted.is_in_flare then counted.new_so_far else counted.left_so_far end
            >= $bone_scan_new_lesions as is_rise,
        min(later.scan_date) as settled_on,
        arg_min(
            case
                when counted.is_in_flare then later.new_so_far - counted.new_so_far
                else later.left_so_far
            end,
            later.scan_date
        ) >= $bone_scan_new_lesions as is_confirmed
    from counted
    left join counted as later
        on later.patient_id = counted.patient_id
        and later.scan_date >= counted.scan_date + cast($bone_scan_confirming_days as integer)
    group by
        counted.patient_id,
        counted.scan_date,
        counted.first_scan_date,
        counted.is_in_flare,
        counted.new_so_far,
        counted.left_so_far
)

select
    patient_id,
    any_value(first_scan_date) as first_scan_date,
    min(scan_date) filter (where is_in_flare and is_rise and is_confirmed) as flare_rise_date,
    min(scan_date) filter (where not is_in_flare and is_rise and is_confirmed) as lasting_rise_date,
    min(scan_date) filter (where is_rise and settled_on is null) as open_rise_date
from settled
group by patient_id
