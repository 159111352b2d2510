-- One row per delivery: patients whose scans go on after the last day of results, and of whom results do not.
with result as (
    select
        patient_id,
        specimen_date as on_day
    from core.lab_results
    where not list_contains(flags, $day_zero) and hash(patient_id) % $part = 0
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

scan as (
    select
        imaging.patient_id,
        imaging.assessment_date as on_day,
        exists (
            select 1
            from result
            where result.patient_id = imaging.patient_id
                and abs(result.on_day - imaging.assessment_date) <= $near_days
        ) as has_own
    from core.imaging_assessments as imaging
    where not list_contains(imaging.flags, $day_zero) and hash(imaging.patient_id) % $part = 0
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
