-- One row per registry, table and rule that the newest judgement in either release found broken: how often, before and after.
-- A share within its limit breaks no rule, and counts as 0; a breach that a waiver accepts is one all the same.
-- A delivery that was shut was judged after the one that is in service, even where both have the same name.
with newest_before as (
    select
        registry,
        arg_max(delivery, status = 'shut') as delivery,
        arg_max(status, status = 'shut') as delivery_status
    from earlier.quality.delivery
    group by registry
),

newest_after as (
    select
        registry,
        arg_max(delivery, status = 'shut') as delivery,
        arg_max(status, status = 'shut') as delivery_status
    from warehouse.quality.delivery
    group by registry
),

before as (
    select
        results.registry,
        results."table",
        results.rule,
        results.broken
    from earlier.quality.rule_result as results
    join newest_before using (registry, delivery, delivery_status)
    where results.status in ('failed', 'waived', 'error')
),

after as (
    select
        results.registry,
        results."table",
        results.rule,
        results.broken
    from warehouse.quality.rule_result as results
    join newest_after using (registry, delivery, delivery_status)
    where results.status in ('failed', 'waived', 'error')
)

select
    registry,
    "table",
    rule,
    coalesce(before.broken, 0) as broken_before,
    coalesce(after.broken, 0) as broken_after
from before
full join after using (registry, "table", rule)
order by registry, "table", rule
