-- One row per resource that has a newer copy: of those of one kind, id and patient the one last updated counts.
with copies as (
    select
        same_id.source,
        same_id.row_number,
        row_number() over (
            partition by same_id.source, same_id.id, same_id.server, same_id.owner
            order by
                try_cast(same_id.last_updated as timestamptz) desc nulls last,
                same_id.last_updated desc nulls last,
                try_cast(same_id.version as bigint) desc nulls last,
                same_id.row_number desc
        ) as copy
    from same_id
)

select
    copies.source,
    copies.row_number
from copies
where copies.copy > 1
