-- One row per protocol and move of patients between places of the flow: entered, left, or changed; never who.
with before as (
    select
        registry,
        patient_id,
        protocol,
        coalesce(state, left_at) as place
    from warehouse.event.patient_flow
    where list_contains($protocols, protocol)
),

after as (
    select
        registry,
        patient_id,
        protocol,
        coalesce(state, left_at) as place
    from later.event.patient_flow
    where list_contains($protocols, protocol)
)

select
    protocol,
    before.place as place_before,
    after.place as place_after,
    count(*) as patients
from before
full join after using (registry, patient_id, protocol)
where before.place is distinct from after.place
group by protocol, before.place, after.place
order by protocol, before.place nulls first, after.place nulls last
