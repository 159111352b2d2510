-- One row per delivery: patients whose record goes on after the last day of scans, and of whom scans do not.
with scanned as materialized (
    select
        patient_id,
        max(assessment_date) as on_day,
        count(distinct assessment_date) >= 3
        and max(assessment_date) - min(assessment_date)
        <= $most_days * (count(distinct assessment_date) - 1) as was_usual
    from core.imaging_assessments
    where hash(patient_id) % $part::ubigint = 0 and not list_contains(flags, $day_zero)
    group by patient_id
),

last_day as (
    select min(on_day) as on_day
    from (
        select on_day
        from scanned
        order by on_day desc
        limit 3
    )
),

treated as (
    select
        patient_id,
        max(start_date) as begun,
        count(*) = 1 and bool_and(line_number = 1 and end_date is null) as is_on_line_one
    from core.therapy_lines
    where hash(patient_id) % $part::ubigint = 0
    group by patient_id
),

measured as (
    select
        patient_id,
        max(specimen_date) as on_day
    from core.lab_results
    where hash(patient_id) % $part::ubigint = 0
    group by patient_id
),

patient as (
    select
        scanned.on_day > last_day.on_day as has_own_after,
        greatest(
            measured.on_day,
            treated.begun,
            case when treated.is_on_line_one and patients.death_date is null then patients.last_contact_date end
        ) > last_day.on_day + $most_days::integer as goes_on,
        scanned.was_usual
    from scanned
    cross join last_day
    inner join core.patients as patients on patients.patient_id = scanned.patient_id
    left join treated on treated.patient_id = scanned.patient_id
    left join measured on measured.patient_id = scanned.patient_id
)

select
    count(*) filter (where goes_on and was_usual) as patient_count,
    count(*) filter (where goes_on and was_usual and not has_own_after) as stopped_count
from patient
