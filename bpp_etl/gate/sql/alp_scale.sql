-- One row per delivery: patients with total ALP, and the median, in U/L, of their own medians.
with of_patient as (
    select median(value) as median_value
    from core.lab_results
    where registry = $registry and analyte = 'ALP_TOTAL'
    group by patient_id
)

select
    count(*) as patient_count,
    median(median_value) as median_value
from of_patient
