-- One row per confirmed pseudoprogression, and per progression on line 1 or after a candidate.
with happened as (
    select
        registry,
        patient_id,
        event_date as day,
        0 as concept_id,
        'pseudoprogression' as what
    from event.pseudoprogression
    where protocol = $protocol and state = 'pseudoprogression'
    union all
    select
        ended.registry,
        ended.patient_id,
        coalesce(event.progression_date, ended.progression_date) as day,
        cast($progression as bigint) as concept_id,
        'progression' as what
    from first_line_end as ended
    left join event.pseudoprogression as event
        on event.registry = ended.registry
        and event.patient_id = ended.patient_id
        and event.protocol = $protocol
)

select
    person.registry,
    person.patient_id,
    happened.what,
    row_number() over (
        partition by person.registry order by person.person_id, happened.day, happened.what
    ) as episode_id,
    person.person_id,
    happened.concept_id as episode_concept_id,
    happened.day as episode_start_date,
    null as episode_start_datetime,
    null as episode_end_date,
    null as episode_end_datetime,
    null as episode_parent_id,
    null as episode_number,
    0 as episode_object_concept_id,
    cast($algorithm as bigint) as episode_type_concept_id,
    left('bpp:' || happened.what || ':' || $protocol, 50) as episode_source_value,
    0 as episode_source_concept_id
from happened
join omop_person as person on person.registry = happened.registry and person.patient_id = happened.patient_id
where happened.day is not null
order by person.registry, episode_id
