-- One row per total ALP result of over $most_alike days in a row whose results are all equal.
with day as (
    select distinct
        patient_id,
        place - unnest(range($most_alike + 1)) as place
    from alp_series
    where is_long and is_constant
)

select labs.row_number
from day
join alp_series as series on series.patient_id = day.patient_id and series.place = day.place
join core.lab_results as labs
    on labs.patient_id = series.patient_id and labs.specimen_date = series.specimen_date
where labs.analyte = 'ALP_TOTAL'
