-- One row per candidate: the day of the first image or laboratory result that the registry has of the patient.
select
    patient_id,
    min(day) as first_record_date
from (
    select
        scan.patient_id,
        scan.assessment_date as day
    from candidate
    join scan on scan.patient_id = candidate.patient_id
    union all
    select
        labs.patient_id,
        labs.specimen_date as day
    from candidate
    join core.lab_results as labs on labs.registry = $registry and labs.patient_id = candidate.patient_id
) as recorded
group by patient_id
