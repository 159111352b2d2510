-- One row per line that starts before the end of the line that precedes it by number, or on the day that one started.
select row_number
from core.therapy_lines
window by_number as (partition by patient_id order by line_number)
qualify start_date < lag(end_date) over by_number or start_date = lag(start_date) over by_number
