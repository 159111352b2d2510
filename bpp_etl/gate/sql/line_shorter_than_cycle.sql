-- One row per line that the next by number follows before a cycle of it is over, for no reason that ends one so soon.
-- Two that start on one day overlap.
select row_number
from core.therapy_lines
window by_number as (partition by patient_id order by line_number)
qualify
    coalesce(end_reason, 'unknown') in ('completed', 'unknown')
    and lead(start_date) over by_number > start_date
    and lead(start_date) over by_number - start_date < coalesce(cycle_length_days, $shortest_cycle)
