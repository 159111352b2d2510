-- One row per line whose end has a reason and no day, and that no other line follows.
select row_number
from core.therapy_lines
window by_number as (partition by patient_id order by line_number)
qualify end_reason <> 'unknown' and end_date is null and lead(line_number) over by_number is null
