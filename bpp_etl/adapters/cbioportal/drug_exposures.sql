-- One row per TREATMENT event with an agent.
select
    patient_id,
    agent,
    day as start_date,
    stop_day as end_date,
    row_number,
    file
from event
where table_name = 'drug_exposures'
order by file, row_number
