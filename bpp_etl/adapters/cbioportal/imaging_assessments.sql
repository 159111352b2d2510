-- One row per image: the IMAGING events of one patient, day and type.
select
    assessment_id,
    patient_id,
    day as assessment_date,
    case
        when regexp_full_match(upper(scan_type), 'PET[ /_-]*CT( SCAN)?') then 'PET_CT'
        when upper(scan_type) in ('CT', 'CT SCAN') then 'CT'
        when upper(scan_type) in ('MRI', 'MR', 'MRI SCAN') then 'MRI'
        when regexp_full_match(upper(scan_type), 'BONE[ _-]SCAN') then 'BONE_SCAN'
        when regexp_full_match(upper(scan_type), 'X[ -]?RAY') then 'XRAY'
        else scan_type
    end as modality,
    cast(null as varchar) as is_bone_window,
    cast(null as varchar) as is_evaluable,
    response as extraosseous_response,
    row_number,
    file
from scan
order by file, row_number
