-- One row per admitted assessment that may be a copy: whose it is, of which day, and a fingerprint of what it reports.
-- It may be one of several of a patient, day and modality, or one of over $most_lesions lesions, some changed.
-- Suspected are hashes, which are quicker to compare. No lesion stands twice on an assessment, so that their order does
-- not matter.
with crowded_day as (
    select hash(patient_id, assessment_date, modality) as day_hash
    from core.imaging_assessments
    group by day_hash
    having count(*) > 1
),

suspected as (
    select hash(imaging.assessment_id) as assessment_hash
    from core.imaging_assessments as imaging
    semi join crowded_day
        on crowded_day.day_hash = hash(imaging.patient_id, imaging.assessment_date, imaging.modality)
    union
    select hash(assessment_id) as assessment_hash
    from core.bone_lesions
    group by assessment_hash
    having count(*) > $most_lesions and bool_or(status in ('new', 'larger', 'smaller'))
),

finding as (
    select
        lesions.assessment_id,
        count(*) as lesion_count,
        bit_xor(
            hash(
                lesions.lesion_id,
                lesions.site,
                lesions.morphology,
                lesions.status,
                lesions.lysis_change,
                coalesce(lesions.is_equivocal, false)
            )
        ) as fingerprint,
        bool_or(lesions.status in ('new', 'larger', 'smaller')) as has_change,
        count(distinct lesions.status) filter (where lesions.status <> 'resolved') as status_count
    from core.bone_lesions as lesions
    semi join suspected on suspected.assessment_hash = hash(lesions.assessment_id)
    group by lesions.assessment_id
)

select
    imaging.row_number,
    imaging.patient_id,
    imaging.assessment_date,
    imaging.modality,
    imaging.is_bone_window,
    imaging.is_evaluable,
    imaging.extraosseous_response,
    finding.lesion_count,
    finding.fingerprint,
    -- Some lesions changed, and not all that are still there in one way.
    finding.has_change and finding.status_count > 1 as is_mixed
from core.imaging_assessments as imaging
join finding on finding.assessment_id = imaging.assessment_id
