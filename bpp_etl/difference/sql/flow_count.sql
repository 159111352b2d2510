-- One row per protocol and place of the flow: how many patients both releases say are there, as far as they say it.
select
    protocol,
    step,
    before.patients as patients_before,
    after.patients as patients_after
from warehouse.metric.flow as before
full join later.metric.flow as after using (protocol, stratum, step)
where stratum = 'all'
    and list_contains($protocols, protocol)
order by protocol, step
