-- One row per lesion row of status new on a baseline CT.
select row_number
from lesion_history
where status = 'new' and is_on_baseline_ct
