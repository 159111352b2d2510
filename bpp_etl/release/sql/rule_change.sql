-- One row per registry, table and rule of the newest delivery of either release: rows that broke it, before and after.
-- A delivery that was judged twice under one name has two results; the worse one counts.
with newest_before as (
    select
        registry,
        max_by(delivery, (delivery_date, delivery)) as delivery
    from warehouse.quality.delivery
    group by registry
),

newest_after as (
    select
        registry,
        max_by(delivery, (delivery_date, delivery)) as delivery
    from later.quality.delivery
    group by registry
),

before as (
    select
        results.registry,
        results."table",
        results.rule,
        max(results.broken) as broken
    from warehouse.quality.rule_result as results
    join newest_before using (registry, delivery)
    where results.severity <> 'shut'
    group by results.registry, results."table", results.rule
),

after as (
    select
        results.registry,
        results."table",
        results.rule,
        max(results.broken) as broken
    from later.quality.rule_result as results
    join newest_after using (registry, delivery)
    where results.severity <> 'shut'
    group by results.registry, results."table", results.rule
)

select
    registry,
    "table",
    rule,
    coalesce(before.broken, 0) as broken_before,
    coalesce(after.broken, 0) as broken_after
from before
full join after using (registry, "table", rule)
where coalesce(before.broken, 0) <> coalesce(after.broken, 0)
order by registry, "table", rule
