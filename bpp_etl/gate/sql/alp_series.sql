-- One row per day with total ALP of a patient whose series may be at fault: its results, those around, what repeats.
-- At fault may be who has results $times apart, or $most_alike pairs of neighbouring days that are equal, or another's.
-- Patients are hashes at first, which are quicker to compare, and days are told by hashes of what was found on them.
with day_found as materialized (
    select
        hash(labs.patient_id) as patient_hash,
        labs.specimen_date,
        min(labs.value) as lowest,
        max(labs.value) as highest
    from core.lab_results as labs
    semi join (
        select patient_id
        from alp_of_patient
        where result_count > $most_alike
    ) as patient on patient.patient_id = labs.patient_id
    where labs.analyte = 'ALP_TOTAL'
    group by patient_hash, labs.specimen_date
),

pair as materialized (
    select
        patient_hash,
        lowest = highest
        and lowest = lead(lowest) over by_day
        and highest = lead(highest) over by_day as is_alike,
        hash(
            specimen_date,
            lowest,
            highest,
            lead(specimen_date) over by_day,
            lead(lowest) over by_day,
            lead(highest) over by_day
        ) as pair_hash
    from day_found
    window by_day as (partition by patient_hash order by specimen_date)
    qualify lead(specimen_date) over by_day is not null
),

shared as (
    select pair_hash
    from pair
    group by pair_hash
    having count(*) > 1
),

suspected as (
    select hash(patient_id) as patient_hash
    from alp_of_patient
    where (1 + 1e-9) * highest >= $times * lowest
    union
    select patient_hash
    from pair
    where is_alike
    group by patient_hash
    having count(*) >= $most_alike
    union
    select pair.patient_hash
    from pair
    semi join shared on shared.pair_hash = pair.pair_hash
    group by pair.patient_hash
    having count(*) >= $most_alike
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
    lowest,
    highest,
    -- The first and the last day have both neighbours on one side.
    coalesce(lag(lowest) over by_day, lead(lowest, 2) over by_day) as lowest_before,
    coalesce(lag(highest) over by_day, lead(highest, 2) over by_day) as highest_before,
    coalesce(lead(lowest) over by_day, lag(lowest, 2) over by_day) as lowest_after,
    coalesce(lead(highest) over by_day, lag(highest, 2) over by_day) as highest_after,
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
