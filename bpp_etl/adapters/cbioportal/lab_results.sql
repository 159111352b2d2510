-- One row per LAB_TEST event of alkaline phosphatase.
select
    patient_id,
    analyte,
    day as specimen_date,
    result as value,
    unit,
    upper_limit_normal,
    cast(null as varchar) as laboratory,
    row_number,
    file
from event
where table_name = 'lab_results'
order by file, row_number
