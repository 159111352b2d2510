-- One row per delivery: patients whose CTs go on after the last day of lesions, and of whom lesions do not.
with scan as (
    select
        imaging.patient_id,
        imaging.assessment_date as on_day,
        imaging.assessment_id in (select assessment_id from core.bone_lesions) as has_own
    from core.imaging_assessments as imaging
    where list_contains($ct_modalities, imaging.modality)
        and not list_contains(imaging.flags, $day_zero)
        and hash(imaging.patient_id) % $part = 0
),

last_day as (
    select min(on_day) as on_day
    from (
        select max(on_day) as on_day
        from scan
        where has_own
        group by patient_id
        order by on_day desc
        limit 3
    )
),

patient as (
    select
        max(scan.on_day) filter (where scan.has_own) > any_value(last_day.on_day) as has_own_after,
        max(scan.on_day) > any_value(last_day.on_day) + $most_days::integer as goes_on,
        2 * count(*) filter (where scan.has_own and scan.on_day <= last_day.on_day)
        > count(*) filter (where scan.on_day <= last_day.on_day) as was_usual
    from scan
    cross join last_day
    group by scan.patient_id
)

select
    count(*) filter (where goes_on and was_usual) as patient_count,
    count(*) filter (where goes_on and was_usual and not has_own_after) as stopped_count
from patient
