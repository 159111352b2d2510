-- One row per lesion row of status baseline on first-line treatment.
select row_number
from lesion_history
where status = 'baseline' and is_on_treatment
