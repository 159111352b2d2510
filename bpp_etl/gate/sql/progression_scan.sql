-- One row per admitted assessment that shows explicit progression, as the events read it under the default protocol.
with shown as (
    select
        assessment_id,
        lesion_id,
        lysis_change = 'increased' and morphology <> 'unknown' as is_more_lysis
    from core.bone_lesions
    where not coalesce(is_equivocal, false)
        and (
            (lysis_change = 'increased' and morphology <> 'unknown')
            or (status = 'new' and morphology in ('osteolytic', 'mixed'))
        )
),

-- Only where the registry states that a lesion keeps its id: one that was reported before is not new.
known as (
    select
        imaging.patient_id,
        lesions.lesion_id,
        min(imaging.time_point) as first_point
    from core.bone_lesions as lesions
    join timeline.imaging as imaging on imaging.assessment_id = lesions.assessment_id
    where $has_stable_lesion_ids
    group by imaging.patient_id, lesions.lesion_id
),

telling as (
    select distinct shown.assessment_id
    from shown
    join timeline.imaging as imaging on imaging.assessment_id = shown.assessment_id
    left join known on known.patient_id = imaging.patient_id and known.lesion_id = shown.lesion_id
    where coalesce(shown.is_more_lysis, false) or coalesce(imaging.time_point = known.first_point, true)
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
