-- One row per resource that has a newer copy: of those of one kind and id the one last updated counts.
-- Ids may be given anew in each bundle. So where a copy does not say when it was updated, only those of one patient are
-- copies of one another.
-- Observations of codes that are not read are left out: nothing comes of any copy. Ids are looked for by their hashes
-- first, as most have one copy; those of one hash are then told apart.
with resources as (
    select
        'patient' as source,
        patient.id,
        patient.last_updated,
        patient.version,
        cast(null as varchar) as reference,
        regexp_extract(patient.full_url, '^(https?://.*)/[^/]+/[^/]+$', 1) as server,
        patient.row_number
    from patient
    union all
    select
        'condition' as source,
        condition.id,
        condition.last_updated,
        condition.version,
        condition.subject as reference,
        null as server,
        condition.row_number
    from condition
    union all
    select
        'observation' as source,
        observation.id,
        observation.last_updated,
        observation.version,
        observation.subject as reference,
        null as server,
        observation.row_number
    from observation
    left join code_meaning on code_meaning.subject = 'observation' and observation.code = code_meaning.codings
    left join (select distinct component.row_number from component) as parted on observation.row_number = parted.row_number
    where coalesce(code_meaning.codings, parted.row_number::varchar) is not null
    union all
    select
        'imaging_study' as source,
        imaging_study.id,
        imaging_study.last_updated,
        imaging_study.version,
        imaging_study.subject as reference,
        null as server,
        imaging_study.row_number
    from imaging_study
    union all
    select
        'episode' as source,
        episode.id,
        episode.last_updated,
        episode.version,
        episode.subject as reference,
        null as server,
        episode.row_number
    from episode
    union all
    select
        'medication_request' as source,
        medication_request.id,
        medication_request.last_updated,
        medication_request.version,
        medication_request.subject as reference,
        null as server,
        medication_request.row_number
    from medication_request
    union all
    select
        'medication_administration' as source,
        medication_administration.id,
        medication_administration.last_updated,
        medication_administration.version,
        medication_administration.subject as reference,
        null as server,
        medication_administration.row_number
    from medication_administration
    union all
    select
        'medication_statement' as source,
        medication_statement.id,
        medication_statement.last_updated,
        medication_statement.version,
        medication_statement.subject as reference,
        null as server,
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

same_id as (
    select
        resources.source,
        resources.id,
        resources.last_updated,
        resources.version,
        resources.row_number,
        -- Two servers may each have a patient of one id; without a fullUrl it is not known of which one is.
        case
            when
                min(nullif(resources.server, '')) over (partition by resources.source, resources.id)
                <> max(resources.server) over (partition by resources.source, resources.id)
                then resources.server
        end as server,
        case
            when
                not bool_and(coalesce(nullif(resources.last_updated, ''), nullif(resources.version, '')) is not null)
                    over (partition by resources.source, resources.id)
                then coalesce(patient_of.patient_id, resources.reference)
        end as owner
    from resources
    semi join alike on hash(resources.source, resources.id) = alike.hashed
    left join patient_of on resources.reference = patient_of.reference
    where resources.id is not null
),

copies as (
    select
        resources.source,
        resources.row_number,
        row_number() over (
            partition by resources.source, resources.id, resources.server, resources.owner
            order by
                try_cast(resources.last_updated as timestamptz) desc nulls last,
                resources.last_updated desc nulls last,
                try_cast(resources.version as bigint) desc nulls last,
                resources.row_number desc
        ) as copy
    from same_id as resources
)

select
    copies.source,
    copies.row_number
from copies
where copies.copy > 1
