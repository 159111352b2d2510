-- One row per resource that has a newer copy: of those of one kind and id the one last updated counts.
-- Observations of codes that are not read are left out: nothing comes of any copy. Ids are looked for by their hashes
-- first, as most have one copy; those of one hash are then told apart.
with resources as (
    select
        'patient' as source,
        patient.id,
        patient.last_updated,
        patient.version,
        patient.row_number
    from patient
    union all
    select
        'condition' as source,
        condition.id,
        condition.last_updated,
        condition.version,
        condition.row_number
    from condition
    union all
    select
        'observation' as source,
        observation.id,
        observation.last_updated,
        observation.version,
        observation.row_number
    from observation
    inner join code_meaning on code_meaning.subject = 'observation' and observation.code = code_meaning.codings
    union all
    select
        'imaging_study' as source,
        imaging_study.id,
        imaging_study.last_updated,
        imaging_study.version,
        imaging_study.row_number
    from imaging_study
    union all
    select
        'episode' as source,
        episode.id,
        episode.last_updated,
        episode.version,
        episode.row_number
    from episode
    union all
    select
        'medication_request' as source,
        medication_request.id,
        medication_request.last_updated,
        medication_request.version,
        medication_request.row_number
    from medication_request
    union all
    select
        'medication_administration' as source,
        medication_administration.id,
        medication_administration.last_updated,
        medication_administration.version,
        medication_administration.row_number
    from medication_administration
    union all
    select
        'medication_statement' as source,
        medication_statement.id,
        medication_statement.last_updated,
        medication_statement.version,
        medication_statement.row_number
    from medication_statement
),

alike as (
    select hash(resources.source, resources.id) as hashed
    from resources
    where resources.id is not null
    group by hash(resources.source, resources.id)
    having count(*) > 1
),

copies as (
    select
        resources.source,
        resources.row_number,
        row_number() over (
            partition by resources.source, resources.id
            order by
                resources.last_updated desc nulls last,
                try_cast(resources.version as bigint) desc nulls last,
                resources.row_number desc
        ) as copy
    from resources
    semi join alike on hash(resources.source, resources.id) = alike.hashed
    where resources.id is not null
)

select
    copies.source,
    copies.row_number
from copies
where copies.copy > 1
