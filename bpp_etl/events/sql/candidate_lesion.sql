-- One row per lesion row that shows what the protocol takes for a candidate, on an image that can show one.
-- A lesion that is known from before is not new. A bone scan cannot tell how dense a lesion is.
with told as (
    select
        imaging.patient_id,
        lesions.assessment_id,
        lesions.lesion_id,
        lesions.site,
        imaging.modality = 'BONE_SCAN' as is_on_bone_scan,
        lesions.morphology = 'osteoblastic' as is_osteoblastic,
        lesions.status = 'new' and known_lesion.lesion_id is null as is_new,
        known_lesion.lesion_id is not null as is_known,
        lesions.status = 'larger' as is_larger,
        -- What is new, or gone, has not become denser; of a lesion of unknown build nobody can say.
        lesions.lysis_change is not distinct from 'decreased'
        and lesions.morphology <> 'unknown'
        and lesions.status not in ('new', 'resolved') as has_less_lysis,
        coalesce(lesions.is_equivocal, false) as is_equivocal
    from core.bone_lesions as lesions
    join imaging on imaging.assessment_id = lesions.assessment_id
    left join known_lesion
        on known_lesion.assessment_id = lesions.assessment_id and known_lesion.lesion_id = lesions.lesion_id
    where lesions.registry = $registry
        and imaging.is_eligible
        and list_contains($candidate_modalities, imaging.modality)
),

seen as (
    select
        patient_id,
        assessment_id,
        lesion_id,
        site,
        is_equivocal,
        is_new,
        list_contains($candidate_findings, 'new_osteoblastic') and is_new and is_osteoblastic as is_new_dense,
        list_contains($candidate_findings, 'denser')
        and not is_on_bone_scan
        and (has_less_lysis or (is_osteoblastic and (is_larger or is_known))) as is_denser,
        (list_contains($candidate_findings, 'new_on_bone_scan') and is_on_bone_scan and is_new)
        or (list_contains($candidate_findings, 'larger_on_bone_scan') and is_on_bone_scan and is_larger)
            as is_worse_on_scan
    from told
)

select
    patient_id,
    assessment_id,
    lesion_id,
    site,
    is_equivocal,
    is_new,
    is_new_dense or is_denser as is_sclerosis
from seen
where is_new_dense or is_denser or is_worse_on_scan
