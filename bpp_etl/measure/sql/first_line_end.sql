-- One row per patient with a first line: the days that end it, and up to which the patient is followed.
-- Follow-up for progression ends at the last evaluable on-treatment assessment, for death at the last contact or
-- record, whichever is later.
with recorded as (
    select
        registry,
        patient_id,
        max(assessment_date) as record_date
    from core.imaging_assessments
    group by registry, patient_id
    union all
    select
        registry,
        patient_id,
        max(specimen_date) as record_date
    from core.lab_results
    group by registry, patient_id
    union all
    select
        registry,
        patient_id,
        max(start_date) as record_date
    from core.therapy_lines
    group by registry, patient_id
),

last_record as (
    select
        registry,
        patient_id,
        max(record_date) as record_date
    from recorded
    group by registry, patient_id
)

select
    line.registry,
    line.patient_id,
    line.protocol,
    line.therapy_start_date,
    line.her2_status_at_start,
    line.last_evaluated_date,
    coalesce(line.last_evaluated_date, line.therapy_start_date) as followed_until,
    case
        when line.first_progression_date <= coalesce(line.progression_until, line.first_progression_date)
        then line.first_progression_date
    end as progression_date,
    -- As for deaths that compete: not after line 2 began, nor once two appointments were missed.
    case
        when patients.death_date >= line.second_line_start_date then null
        when patients.death_date - coalesce(line.last_evaluated_date, line.therapy_start_date)
            <= $lost_after_intervals * line.expected_interval_days
        then patients.death_date
    end as death_on_line_date,
    patients.death_date,
    greatest(patients.last_contact_date, last_record.record_date) as contact_date
from event.first_line as line
join core.patients as patients
    on patients.registry = line.registry and patients.patient_id = line.patient_id
left join last_record
    on last_record.registry = line.registry and last_record.patient_id = line.patient_id
where line.protocol = $protocol
