-- One row per line of therapy of a patient with a day zero.
select
    patient.subject_id as patient_id,
    line.start_date - patient.day_zero as start_date,
    line.end_date - patient.day_zero as stop_date,
    'TREATMENT' as event_type,
    'Medical Therapy' as treatment_type,
    line.regimen as agent,
    line.line_number,
    line.end_reason
from study_patient as patient
join core.therapy_lines as line
    on line.registry = patient.registry and line.patient_id = patient.patient_id
where patient.day_zero is not null
order by patient.subject_id, line.line_number
