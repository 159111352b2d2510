-- One row per patient whose last contact is before the last image, specimen or start of a line.
with record as (
    select
        patient_id,
        max(assessment_date) as recorded_on
    from core.imaging_assessments
    group by patient_id
    union all
    select
        patient_id,
        max(specimen_date) as recorded_on
    from core.lab_results
    group by patient_id
    union all
    select
        patient_id,
        max(start_date) as recorded_on
    from core.therapy_lines
    group by patient_id
)

select distinct patients.row_number
from core.patients as patients
join record on record.patient_id = patients.patient_id and record.recorded_on > patients.last_contact_date
