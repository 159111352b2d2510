-- One row per line whose regimen names agents that protect bones, and no other.
with named as (
    select
        row_number,
        list_filter(
            regexp_split_to_array(lower(regimen), '[^\pL]+'),
            lambda word: word <> '' and not regexp_full_match(word, $beside_bone_agent)
        ) as agents
    from core.therapy_lines
)

select row_number
from named
where len(agents) > 0
    and len(list_filter(agents, lambda agent: not regexp_full_match(agent, $bone_agent))) = 0
