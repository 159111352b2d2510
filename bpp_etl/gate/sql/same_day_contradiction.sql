-- One row per result of an analyte and unit on a day of the patient whose highest is over $most_times the lowest.
with day as (
    select
        patient_id,
        analyte,
        unit,
        specimen_date
    from core.lab_results
    group by patient_id, analyte, unit, specimen_date
    having max(value) > (1 + 1e-9) * $most_times * min(value)
)

select labs.row_number
from core.lab_results as labs
semi join day
    on day.patient_id = labs.patient_id
    and day.analyte = labs.analyte
    and day.unit = labs.unit
    and day.specimen_date = labs.specimen_date
