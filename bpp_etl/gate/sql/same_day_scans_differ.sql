-- One row per assessment that can be judged, of a patient's day and modality of which one shows progression and one none.
with divided as (
    select
        patient_id,
        assessment_date,
        modality
    from core.imaging_assessments
    where is_evaluable and extraosseous_response <> 'NE'
    group by patient_id, assessment_date, modality
    having count(*) > 1 and bool_or(extraosseous_response = 'PD') and not bool_and(extraosseous_response = 'PD')
)

select imaging.row_number
from core.imaging_assessments as imaging
join divided
    on divided.patient_id = imaging.patient_id
    and divided.assessment_date = imaging.assessment_date
    and divided.modality = imaging.modality
where imaging.is_evaluable and imaging.extraosseous_response <> 'NE'
