-- One row per patient with total ALP: how many results there are, and how far they lie apart.
select
    patient_id,
    count(*) as result_count,
    min(value) as lowest,
    max(value) as highest
from core.lab_results
where analyte = 'ALP_TOTAL'
group by patient_id
