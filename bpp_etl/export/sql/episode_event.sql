-- One row per episode and image behind it, of registries whose images have the ids of an OMOP delivery.
with called as (
    select
        registry,
        patient_id,
        unnest(list_concat(candidate_assessment_ids, confirming_assessment_ids)) as assessment_id
    from event.pseudoprogression
    where protocol = $protocol and state = 'pseudoprogression'
),

behind as (
    select
        episode.registry,
        episode.episode_id,
        called.assessment_id
    from episode
    join called on called.registry = episode.registry and called.patient_id = episode.patient_id
    where episode.what = 'pseudoprogression'
    union all
    select
        episode.registry,
        episode.episode_id,
        point.assessment_id
    from episode
    join point_of_assessment as point
        on point.registry = episode.registry
        and point.patient_id = episode.patient_id
        and point.time_point_date = episode.episode_start_date
        and point.is_pd
    where episode.what = 'progression'
)

select distinct
    behind.registry,
    behind.episode_id,
    try_cast(behind.assessment_id as bigint) as event_id,
    cast($procedure as bigint) as episode_event_field_concept_id
from behind
join omop_site as site on site.registry = behind.registry and site.has_own_ids
where try_cast(behind.assessment_id as bigint) is not null
order by behind.registry, behind.episode_id, event_id
