-- One row per delivery: patients whose scans go on after the last day of results, and of whom results do not.
with result as materialized (
    select
        patient_id,
        specimen_date as on_day
    from core.lab_results
    where hash(patient_id) % $part::ubigint = 0 and not list_contains(flags, $day_zero)
),

last_day as (
    select min(on_day) as on_day
    from (
        select max(on_day) as on_day
        from result
        group by patient_id
        order by on_day desc
        limit 3
    )
),

imaging as materialized (
    select
        patient_id,
        assessment_date as on_day
    from core.imaging_assessments
    where hash(patient_id) % $part::ubigint = 0 and not list_contains(flags, $day_zero)
),

scan as (
    select
        imaging.patient_id,
        imaging.on_day,
        coalesce(bool_or(abs(result.on_day - imaging.on_day) <= $near_days), false) as has_own
    from imaging
    left join result on result.patient_id = imaging.patient_id
    group by imaging.patient_id, imaging.on_day
),

patient as (
    select
        patient_id,
        max(scan.on_day) > any_value(last_day.on_day) + $most_days::integer as goes_on,
        2 * count(*) filter (where scan.has_own and scan.on_day <= last_day.on_day)
        > count(*) filter (where scan.on_day <= last_day.on_day) as was_usual
    from scan
    cross join last_day
    group by patient_id
),

known as (
    select patient_id
    from result
    cross join last_day
    where result.on_day > last_day.on_day
)

select
    count(*) filter (where goes_on and was_usual) as patient_count,
    count(*) filter (
        where goes_on and was_usual and patient_id not in (select patient_id from known)
    ) as stopped_count
from patient
