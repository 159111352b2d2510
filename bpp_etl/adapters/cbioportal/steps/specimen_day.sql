-- One row per sample that a SPECIMEN event names: its day. Two days pass joined, for the gate.
select
    patient_id,
    sample_id,
    string_agg(distinct day, ' / ' order by day) as day
from event
where meaning = 'the day of a sample' and day is not null
group by patient_id, sample_id
