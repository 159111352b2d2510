-- One row per lesion row of status new whose lesion was reported at an earlier time point.
select row_number
from lesion_history
where status = 'new' and first_point < time_point
