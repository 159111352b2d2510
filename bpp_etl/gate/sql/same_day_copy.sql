-- One row per assessment that reports the same as another of the same patient, day and modality.
select row_number
from assessment_finding
qualify count(*) over (
    partition by
        patient_id,
        assessment_date,
        modality,
        is_bone_window,
        is_evaluable,
        extraosseous_response,
        lesion_count,
        fingerprint
) > 1
