-- One row per admitted assessment that shows explicit progression, as the events read it under the default protocol.
with telling as (
    select distinct assessment_id
    from core.bone_lesions
    where not coalesce(is_equivocal, false)
        and (
            (lysis_change = 'increased' and morphology <> 'unknown')
            or (status = 'new' and morphology in ('osteolytic', 'mixed'))
        )
)

select
    imaging.patient_id,
    imaging.assessment_id,
    imaging.assessment_date,
    imaging.time_point
from timeline.imaging as imaging
left join telling on telling.assessment_id = imaging.assessment_id
where imaging.is_evaluable
    and imaging.modality in ('CT', 'PET_CT', 'MRI')
    and (imaging.extraosseous_response = 'PD' or telling.assessment_id is not null)
