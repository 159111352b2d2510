-- One row per result of an analyte and unit on a day of the patient whose highest is over $most_times the lowest.
-- Looked for by a hash at first, which is quick; only what may be at fault is compared as it is.
with suspected as (
    select hash(patient_id, analyte, unit, specimen_date) as day_hash
    from core.lab_results
    group by day_hash
    having max(value) > (1 + 1e-9) * $most_times * min(value)
),

result as materialized (
    select
        labs.row_number,
        labs.patient_id,
        labs.analyte,
        labs.unit,
        labs.specimen_date,
        labs.value
    from core.lab_results as labs
    semi join suspected
        on suspected.day_hash = hash(labs.patient_id, labs.analyte, labs.unit, labs.specimen_date)
)

select row_number
from result
qualify
    max(value) over (partition by patient_id, analyte, unit, specimen_date)
    > (1 + 1e-9) * $most_times * min(value) over (partition by patient_id, analyte, unit, specimen_date)
