-- One row per total ALP result of a patient whose median is that of a bone ALP.
with low as (
    select patient_id
    from alp_of_patient
    where lowest < $lowest_median
),

of_patient as (
    select labs.patient_id
    from core.lab_results as labs
    semi join low on low.patient_id = labs.patient_id
    where labs.analyte = 'ALP_TOTAL'
    group by labs.patient_id
    having median(labs.value) < $lowest_median
)

select labs.row_number
from core.lab_results as labs
semi join of_patient on of_patient.patient_id = labs.patient_id
where labs.analyte = 'ALP_TOTAL'
