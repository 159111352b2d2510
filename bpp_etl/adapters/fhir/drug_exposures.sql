-- One row per request, administration or statement of a drug against the cancer.
select
    drug.patient_id,
    drug.agent,
    drug.start_date,
    drug.end_date,
    drug.row_number,
    drug.file
from drug
where drug.left_out is null
