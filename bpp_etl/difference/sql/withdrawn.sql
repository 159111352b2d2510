-- One row per protocol under which calls of the release before are withdrawn: of how many patients; never who.
-- No later scan withdraws a call: other rows of the past do, or other rules. A registry that is not in the release
-- any more was taken out by somebody, and withdraws nothing.
select
    before.protocol,
    count(*) as patients
from earlier.event.patient_flow as before
left join warehouse.event.patient_flow as after
    on after.registry = before.registry
    and after.patient_id = before.patient_id
    and after.protocol = before.protocol
where list_contains($protocols, before.protocol)
    and before.state in ('pseudoprogression', 'true_progression')
    and after.state is distinct from before.state
    and before.registry in (select registry from warehouse.event.patient_flow)
group by before.protocol
order by before.protocol
