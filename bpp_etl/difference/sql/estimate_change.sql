-- One row per protocol, metric and stratum of either release: what was estimated before and after.
select
    protocol,
    metric,
    stratum,
    coalesce(after.unit, before.unit) as unit,
    before.metric is not null as is_before,
    before.estimate as estimate_before,
    before.ci_low as low_before,
    before.ci_high as high_before,
    before.patients as patients_before,
    before.p_value as p_before,
    before.is_suppressed as is_suppressed_before,
    after.metric is not null as is_after,
    after.estimate as estimate_after,
    after.ci_low as low_after,
    after.ci_high as high_after,
    after.patients as patients_after,
    after.p_value as p_after,
    after.is_suppressed as is_suppressed_after,
    before.estimate is not distinct from after.estimate
    and before.ci_low is not distinct from after.ci_low
    and before.ci_high is not distinct from after.ci_high
    and before.patients is not distinct from after.patients
    and before.events is not distinct from after.events
    and before.p_value is not distinct from after.p_value
    and before.is_suppressed is not distinct from after.is_suppressed as is_unchanged
from warehouse.metric.estimate as before
full join later.metric.estimate as after using (protocol, metric, stratum)
order by protocol, metric, stratum
