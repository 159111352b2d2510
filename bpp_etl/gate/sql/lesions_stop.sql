-- One row per delivery: patients whose CTs go on after the last day of lesions, and of whom lesions do not.
with ct as materialized (
    select
        patient_id,
        assessment_id,
        assessment_date as on_day
    from core.imaging_assessments
    where hash(patient_id) % $part::ubigint = 0
        and list_contains($ct_modalities, modality)
        and not list_contains(flags, $day_zero)
),

reported as (
    select distinct lesion.assessment_id
    from core.bone_lesions as lesion
    inner join ct on ct.assessment_id = lesion.assessment_id
),

scan as materialized (
    select
        ct.patient_id,
        ct.on_day,
        reported.assessment_id is not null as has_own
    from ct
    left join reported on reported.assessment_id = ct.assessment_id
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
