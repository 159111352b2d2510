-- One row per total ALP result of over $most_alike days in a row that another patient has too, days and values.
with shared as (
    select fingerprint
    from alp_series
    where is_long
    group by fingerprint
    having count(*) > 1
),

day as (
    select distinct
        series.patient_id,
        series.place - unnest(range($most_alike + 1)) as place
    from alp_series as series
    semi join shared on shared.fingerprint = series.fingerprint
    where series.is_long
)

select labs.row_number
from day
join alp_series as series on series.patient_id = day.patient_id and series.place = day.place
join core.lab_results as labs
    on labs.patient_id = series.patient_id and labs.specimen_date = series.specimen_date
where labs.analyte = 'ALP_TOTAL'
