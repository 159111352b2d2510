-- One row per result of alkaline phosphatase of a patient with a day zero.
select
    patient.subject_id as patient_id,
    lab.specimen_date - patient.day_zero as start_date,
    null as stop_date,
    'LAB_TEST' as event_type,
    case lab.analyte when 'ALP_TOTAL' then 'ALP' else 'Bone ALP' end || ' (' || lab.unit || ')' as test,
    lab.value as result,
    lab.upper_limit_normal
from study_patient as patient
join core.lab_results as lab
    on lab.registry = patient.registry and lab.patient_id = patient.patient_id
where patient.day_zero is not null
order by patient.subject_id, lab.specimen_date, lab.row_number
