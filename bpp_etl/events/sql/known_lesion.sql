-- One row per assessment and lesion that is called new there although the patient had it on an earlier day.
-- Only where the registry states that a lesion keeps its id from scan to scan; elsewhere an id says nothing of the past.
with report as (
    select
        lesions.assessment_id,
        lesions.lesion_id,
        lesions.status,
        imaging.assessment_date > min(imaging.assessment_date) over (
            partition by imaging.patient_id, lesions.lesion_id
        ) as is_reported_before
    from core.bone_lesions as lesions
    join core.imaging_assessments as imaging
        on imaging.registry = $registry and imaging.assessment_id = lesions.assessment_id
    where lesions.registry = $registry and $has_stable_lesion_ids
)

select
    assessment_id,
    lesion_id
from report
where status = 'new' and is_reported_before
