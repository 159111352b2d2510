-- One row per result in U/L of a patient's day on which a bone ALP is above every total ALP.
with divided as (
    select
        patient_id,
        specimen_date
    from core.lab_results
    where unit = 'U/L'
    group by patient_id, specimen_date
    having max(value) filter (analyte = 'ALP_BONE') > max(value) filter (analyte = 'ALP_TOTAL')
)

select labs.row_number
from core.lab_results as labs
join divided on divided.patient_id = labs.patient_id and divided.specimen_date = labs.specimen_date
where labs.unit = 'U/L'
