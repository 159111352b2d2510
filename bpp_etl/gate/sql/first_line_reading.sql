-- One row per delivery: first-line patients, eligible CTs on first-line treatment, lytic or mixed lesions on them, and of each how many do
-- not say whether they progressed.
with on_first_line as (
    select
        imaging.assessment_id,
        imaging.is_response_recorded
    from timeline.imaging as imaging
    join timeline.treatment_line as line on line.patient_id = imaging.patient_id and line.line_number = 1
    where imaging.is_eligible
        and imaging.assessment_date > line.start_date
        and imaging.assessment_date <= coalesce(line.last_treated_date, imaging.assessment_date)
),

lytic as (
    select lesions.lysis_change
    from on_first_line
    join core.bone_lesions as lesions
        on lesions.registry = $registry and lesions.assessment_id = on_first_line.assessment_id
    where lesions.morphology in ('osteolytic', 'mixed')
),

-- A CT is due only once one and a half of the first interval have gone.
due as (
    select line.patient_id
    from timeline.treatment_line as line
    join core.patients as patients on patients.registry = $registry and patients.patient_id = line.patient_id
    where line.line_number = 1
        and least(line.last_treated_date, patients.death_date, $delivery_date::date) - line.start_date
        > $missed_after_intervals * line.planned_interval_days[1]
)

select
    (select count(*) from timeline.treatment_line where line_number = 1) as patient_count,
    (select count(*) from due) as due_count,
    (select count(*) from on_first_line) as ct_count,
    (select count(*) from on_first_line where not is_response_recorded) as ct_without_response_count,
    (select count(*) from lytic) as lytic_count,
    (select count(*) from lytic where lysis_change is null) as lytic_without_change_count
