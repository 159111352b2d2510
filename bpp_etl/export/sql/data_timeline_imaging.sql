-- One row per assessment of a patient with a day zero.
with new_lesion as (
    select
        registry,
        assessment_id,
        string_agg(distinct morphology || ' ' || site, ', ' order by morphology || ' ' || site) as found
    from core.bone_lesions
    where status = 'new'
    group by registry, assessment_id
)

select
    patient.subject_id as patient_id,
    imaging.assessment_date - patient.day_zero as start_date,
    null as stop_date,
    'IMAGING' as event_type,
    imaging.modality as diagnostic_type,
    imaging.extraosseous_response as result,
    new_lesion.found as new_lesions,
    imaging.assessment_id as image_id
from study_patient as patient
join core.imaging_assessments as imaging
    on imaging.registry = patient.registry and imaging.patient_id = patient.patient_id
left join new_lesion
    on new_lesion.registry = imaging.registry and new_lesion.assessment_id = imaging.assessment_id
where patient.day_zero is not null
order by patient.subject_id, imaging.assessment_date, imaging.assessment_id
