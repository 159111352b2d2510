-- One row per episode of care that has a therapy line number.
select
    care.patient_id,
    care.line_number,
    care.regimen,
    care.start_date,
    care.end_date,
    cast(null as varchar) as end_reason,
    cast(null as varchar) as cycle_length_days,
    care.row_number,
    care.file
from care
where care.left_out is null
