-- One row per assessment and lesion that is called new there although the patient had it at an earlier time point.
-- Only where the registry states that a lesion keeps its id from scan to scan; elsewhere an id says nothing of the past.
-- Images of one time point see the same state of the disease: what one of them reports the other does not know from before.
with report as (
    select
        lesions.assessment_id,
        lesions.lesion_id,
        lesions.status,
        imaging.time_point > min(imaging.time_point) over (
            partition by imaging.patient_id, lesions.lesion_id
        ) as is_reported_before
    from core.bone_lesions as lesions
    join imaging on imaging.assessment_id = lesions.assessment_id
    where lesions.registry = $registry and $has_stable_lesion_ids
)

select
    assessment_id,
    lesion_id
from report
where status = 'new' and is_reported_before
