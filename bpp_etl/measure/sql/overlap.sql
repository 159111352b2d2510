-- One row per registry and list of calls: patients whom the protocols, in their order, call so.
with called as (
    select
        registry,
        patient_id,
        list(coalesce(state, left_at) order by list_position($protocols, protocol)) as calls
    from event.patient_flow
    where list_contains($protocols, protocol)
    group by registry, patient_id
    having count(*) = len($protocols)
)

select
    registry,
    calls,
    count(*) as patients
from called
group by registry, calls
