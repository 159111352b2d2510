-- One row per protocol and pair of places of the flow, before and after: how many patients; never who. Outside is null,
-- and who stayed is counted too.
with before as (
    select
        registry,
        patient_id,
        protocol,
        coalesce(state, left_at) as place
    from earlier.event.patient_flow
    where list_contains($protocols, protocol)
),

after as (
    select
        registry,
        patient_id,
        protocol,
        coalesce(state, left_at) as place
    from warehouse.event.patient_flow
    where list_contains($protocols, protocol)
)

select
    protocol,
    before.place as place_before,
    after.place as place_after,
    count(*) as patients
from before
full join after using (registry, patient_id, protocol)
group by protocol, before.place, after.place
order by protocol, before.place nulls first, after.place nulls last
