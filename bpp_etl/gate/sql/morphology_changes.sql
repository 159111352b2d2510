-- One row per osteolytic lesion row whose lesion was reported osteoblastic at an earlier time point.
select row_number
from lesion_history
where morphology = 'osteolytic' and first_dense_point < time_point
