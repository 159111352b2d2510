-- One row per admitted assessment with bone lesions: whose it is, of which day, and a fingerprint of what it reports.
-- No lesion stands twice on an assessment, so that the order of the lesions does not matter.
select
    imaging.row_number,
    imaging.patient_id,
    imaging.assessment_date,
    imaging.modality,
    imaging.is_bone_window,
    imaging.is_evaluable,
    imaging.extraosseous_response,
    reported.lesion_count,
    reported.fingerprint,
    -- Some lesions changed, and not all that are still there in one way.
    reported.has_change and reported.status_count > 1 as is_mixed
from core.imaging_assessments as imaging
join (
    select
        assessment_id,
        count(*) as lesion_count,
        bit_xor(
            hash(lesion_id, site, morphology, status, lysis_change, coalesce(is_equivocal, false))
        ) as fingerprint,
        bool_or(status in ('new', 'larger', 'smaller')) as has_change,
        count(distinct status) filter (where status <> 'resolved') as status_count
    from core.bone_lesions
    group by assessment_id
) as reported on reported.assessment_id = imaging.assessment_id
