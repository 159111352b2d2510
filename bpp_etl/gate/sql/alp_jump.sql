-- One row per total ALP result that is $times as high, or as low, as those of the days before and after.
-- A billionth of room: a tenth of 101 is not whole in binary.
select labs.row_number
from core.lab_results as labs
join alp_series as series
    on series.patient_id = labs.patient_id and series.specimen_date = labs.specimen_date
where labs.analyte = 'ALP_TOTAL'
    and (
        (1 + 1e-9) * labs.value >= $times * series.highest_before
        and (1 + 1e-9) * labs.value >= $times * series.highest_after
        or $times * labs.value <= (1 + 1e-9) * series.lowest_before
        and $times * labs.value <= (1 + 1e-9) * series.lowest_after
    )
