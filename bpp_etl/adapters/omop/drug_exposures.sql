-- One row per exposure to a drug that the registry lists as an agent against the cancer.
select
    trim(person_id) as patient_id,
    agent,
    start_day as start_date,
    end_day as end_date,
    row_number,
    file
from drug
where agent is not null
order by file, row_number
