-- One row per line that starts before the end of the line that precedes it by number.
select row_number
from core.therapy_lines
qualify start_date < lag(end_date) over (partition by patient_id order by line_number)
