-- One row per lesion row that is not resolved although the lesion was at an earlier time point.
select row_number
from lesion_history
where status <> 'resolved' and first_resolved_point < time_point
