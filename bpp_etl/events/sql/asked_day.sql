-- One row per patient and day on which HER2 is asked for: the start of line 1, and of a candidate the event.
select
    patient_id,
    'start' as asked,
    therapy_start_date as asked_date
from episode
union all
select
    patient_id,
    'event' as asked,
    event_date as asked_date
from candidate
