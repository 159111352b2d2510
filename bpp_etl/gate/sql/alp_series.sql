-- One row per patient and day with total ALP: the day's results, those of the days around, and what repeats.
with of_day as (
    select
        patient_id,
        specimen_date,
        min(value) as lowest,
        max(value) as highest
    from core.lab_results
    where analyte = 'ALP_TOTAL'
    group by patient_id, specimen_date
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
