-- One row per imaging study, with the response that is told of it.
select
    study.assessment_id,
    study.patient_id,
    study.day as assessment_date,
    study.modality,
    cast(null as varchar) as is_bone_window,
    cast(null as varchar) as is_evaluable,
    scan_response.response as extraosseous_response,
    study.row_number,
    study.file
from study
left join scan_response on study.file = scan_response.file and study.row_number = scan_response.row_number
where study.left_out is null
