-- One row per line of a patient any of whose lines starts before the one that precedes it by number.
with followed as (
    select
        patient_id,
        start_date,
        lag(start_date) over (partition by patient_id order by line_number) as previous_start_date
    from core.therapy_lines
),

disordered as (
    select distinct patient_id
    from followed
    where start_date < previous_start_date
)

select line.row_number
from core.therapy_lines as line
semi join disordered on disordered.patient_id = line.patient_id
