-- One row per total ALP result that is $times as high, or as low, as those of the two days that are next to it.
-- A billionth of room: a tenth of 101 is not whole in binary.
with day as (
    select
        patient_id,
        specimen_date,
        highest_before,
        highest_after,
        lowest_before,
        lowest_after
    from alp_series
    where
        (1 + 1e-9) * highest >= $times * highest_before
        and (1 + 1e-9) * highest >= $times * highest_after
        or $times * lowest <= (1 + 1e-9) * lowest_before
        and $times * lowest <= (1 + 1e-9) * lowest_after
)

select labs.row_number
from core.lab_results as labs
join day on day.patient_id = labs.patient_id and day.specimen_date = labs.specimen_date
where labs.analyte = 'ALP_TOTAL'
    and (
        (1 + 1e-9) * labs.value >= $times * day.highest_before
        and (1 + 1e-9) * labs.value >= $times * day.highest_after
        or $times * labs.value <= (1 + 1e-9) * day.lowest_before
        and $times * labs.value <= (1 + 1e-9) * day.lowest_after
    )
