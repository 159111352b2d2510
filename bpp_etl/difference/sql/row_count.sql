-- One row per registry and table of either release: rows admitted and refused, before and after.
with before as (
    select
        counts.registry,
        counts."table",
        counts.admitted,
        counts.refused
    from earlier.quality.table_count as counts
    where counts.delivery_status = 'admitted'
),

after as (
    select
        counts.registry,
        counts."table",
        counts.admitted,
        counts.refused
    from warehouse.quality.table_count as counts
    where counts.delivery_status = 'admitted'
)

select
    registry,
    "table",
    coalesce(before.admitted, 0) as admitted_before,
    coalesce(after.admitted, 0) as admitted_after,
    coalesce(before.refused, 0) as refused_before,
    coalesce(after.refused, 0) as refused_after
from before
full join after using (registry, "table")
order by registry, "table"
