-- One row per lesion row that is not resolved although the lesion was on an earlier day.
select row_number
from lesion_history
where status <> 'resolved' and first_resolved_date < report_date
