-- One row per admitted patient: by which id the output calls the patient, and whether it stands for another.
select
    registry,
    patient_id,
    case when is_kept_whole then registry || $joint || patient_id else digest_of(registry || '/' || patient_id) end
        as subject_id,
    not is_kept_whole as is_digest
from (
    select
        registry,
        patient_id,
        strlen(registry || $joint || patient_id) <= $longest
        and regexp_full_match(registry || $joint || patient_id, $letters) as is_kept_whole
    from core.patients
)
