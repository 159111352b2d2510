-- One row per protocol: candidates that kept their state while a date of it moved.
select
    before.protocol,
    count(*) as candidates
from earlier.event.pseudoprogression as before
join warehouse.event.pseudoprogression as after
    on after.registry = before.registry
    and after.patient_id = before.patient_id
    and after.protocol = before.protocol
    and after.state = before.state
where list_contains($protocols, before.protocol)
    and (
        before.therapy_start_date <> after.therapy_start_date
        or before.event_date <> after.event_date
        or before.confirmation_date is distinct from after.confirmation_date
        or before.progression_date is distinct from after.progression_date
        or before.censor_date is distinct from after.censor_date
    )
group by before.protocol
order by before.protocol
