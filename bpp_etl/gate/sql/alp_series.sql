-- One row per day with total ALP of a patient whose series may be at fault: its results, those around, what repeats.
-- At fault may be who has results $times apart, over $most_alike equal ones, or so many of another's days and values.
with result as materialized (
    select
        hash(patient_id) as patient_hash,
        specimen_date,
        value
    from core.lab_results
    where analyte = 'ALP_TOTAL'
),

shared as (
    select hash(specimen_date, value) as result_hash
    from result
    group by result_hash
    having count(*) > 1
),

suspected as (
    select patient_hash
    from result
    group by patient_hash
    having (1 + 1e-9) * max(value) >= $times * min(value)
    union
    select patient_hash
    from result
    group by patient_hash, value
    having count(*) > $most_alike
    union
    select result.patient_hash
    from result
    semi join shared on shared.result_hash = hash(result.specimen_date, result.value)
    group by result.patient_hash
    having count(*) > $most_alike
),

of_day as (
    select
        labs.patient_id,
        labs.specimen_date,
        min(labs.value) as lowest,
        max(labs.value) as highest
    from core.lab_results as labs
    semi join suspected on suspected.patient_hash = hash(labs.patient_id)
    where labs.analyte = 'ALP_TOTAL'
    group by labs.patient_id, labs.specimen_date
)

select
    patient_id,
    specimen_date,
    row_number() over by_day as place,
    lag(lowest) over by_day as lowest_before,
    lag(highest) over by_day as highest_before,
    lead(lowest) over by_day as lowest_after,
    lead(highest) over by_day as highest_after,
    count(*) over up_to_here > $most_alike as is_long,
    min(lowest) over up_to_here = max(highest) over up_to_here as is_constant,
    bit_xor(hash(specimen_date, lowest, highest)) over up_to_here as fingerprint
from of_day
window
    by_day as (partition by patient_id order by specimen_date),
    up_to_here as (
        partition by patient_id
        order by specimen_date
        rows between $most_alike preceding and current row
    )
