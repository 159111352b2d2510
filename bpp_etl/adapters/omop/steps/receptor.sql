-- One row per person and receptor: its newest status. Two of one day that differ pass joined, for the gate.
select
    person_id,
    meaning,
    string_agg(distinct status, ' / ' order by status) as status
from (
    select
        person_id,
        meaning,
        status
    from finding
    where meaning in ('er', 'pr') and status is not null
    qualify rank() over (partition by person_id, meaning order by day desc nulls last) = 1
)
group by person_id, meaning
