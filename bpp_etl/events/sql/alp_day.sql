-- One row per candidate and day with a total ALP: its value in U/L, the median where a day has several.
select
    candidate.patient_id,
    labs.specimen_date,
    median(labs.value) as value,
    count(distinct labs.value) > 1 as is_median_of_day,
    bool_or(list_contains(labs.flags, 'unit_suspect')) as is_unit_suspect
from candidate
join core.lab_results as labs
    on labs.registry = $registry and labs.patient_id = candidate.patient_id
where labs.analyte = 'ALP_TOTAL' and labs.unit = 'U/L'
group by candidate.patient_id, labs.specimen_date
