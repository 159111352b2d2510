-- One row per total ALP of a candidate from the baseline window up to the event, with the room that the protocol gives.
-- `place` is the candidate's place in the order of registry and patient.
with candidates as (
    select
        registry,
        patient_id,
        therapy_start_date,
        event_date,
        row_number() over (order by registry, patient_id) - 1 as place
    from event.pseudoprogression
    where protocol = $protocol
)

select
    candidates.place,
    labs.specimen_date - candidates.therapy_start_date as days,
    labs.value
from candidates
join core.lab_results as labs
    on labs.registry = candidates.registry and labs.patient_id = candidates.patient_id
where labs.analyte = 'ALP_TOTAL'
    and labs.unit = 'U/L'
    and labs.specimen_date >= candidates.therapy_start_date - cast($alp_baseline_days as integer)
    and labs.specimen_date <= candidates.event_date + cast($alp_event_days as integer)
order by candidates.place, labs.specimen_date, labs.row_number
