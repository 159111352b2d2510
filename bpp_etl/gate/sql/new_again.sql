-- One row per lesion row of status new whose lesion was reported on an earlier day.
select row_number
from lesion_history
where status = 'new' and first_date < report_date
