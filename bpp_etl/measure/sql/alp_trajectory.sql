-- One row per total ALP of a candidate from the baseline window up to the event, with the room that the protocol gives.
select
    event.registry,
    event.patient_id,
    labs.specimen_date - event.therapy_start_date as days,
    labs.row_number,
    labs.value
from event.pseudoprogression as event
join core.lab_results as labs
    on labs.registry = event.registry and labs.patient_id = event.patient_id
where event.protocol = $protocol
    and labs.analyte = 'ALP_TOTAL'
    and labs.unit = 'U/L'
    and labs.specimen_date >= event.therapy_start_date - cast($alp_baseline_days as integer)
    and labs.specimen_date <= event.event_date + cast($alp_event_days as integer)
