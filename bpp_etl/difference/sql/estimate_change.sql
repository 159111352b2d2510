-- One row per protocol, metric and stratum of either release: what was estimated before and after.
select
    protocol,
    metric,
    stratum,
    case
        when before.metric is null then 'appeared'
        when after.metric is null then 'gone'
        when
            before.estimate is not distinct from after.estimate
            and before.ci_low is not distinct from after.ci_low
            and before.ci_high is not distinct from after.ci_high
            and before.patients is not distinct from after.patients
            and before.events is not distinct from after.events
            and before.p_value is not distinct from after.p_value
            and before.is_suppressed is not distinct from after.is_suppressed
            then 'unchanged'
        else 'moved'
    end as course,
    coalesce(after.unit, before.unit) as unit,
    before.estimate as estimate_before,
    after.estimate as estimate_after,
    before.ci_low as ci_low_before,
    after.ci_low as ci_low_after,
    before.ci_high as ci_high_before,
    after.ci_high as ci_high_after,
    before.patients as patients_before,
    after.patients as patients_after,
    before.events as events_before,
    after.events as events_after,
    before.p_value as p_value_before,
    after.p_value as p_value_after,
    before.is_suppressed as is_suppressed_before,
    after.is_suppressed as is_suppressed_after
from earlier.metric.estimate as before
full join warehouse.metric.estimate as after using (protocol, metric, stratum)
order by protocol, metric, stratum
