-- One row per resource of whose kind and id there is another: whose it is, and when it was updated.
-- Ids may be given anew in each bundle: resources of different patients are not versions of one, whatever they say of
-- when they were updated. `is_of_several` says that the id is that of resources of other patients too.
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
)

select
    resources.source,
    resources.id,
    resources.last_updated,
    resources.version,
    -- Two servers may each have a patient of one id; without a fullUrl it is not known of which one is.
    case
        when
            min(nullif(resources.server, '')) over (partition by resources.source, resources.id)
            <> max(resources.server) over (partition by resources.source, resources.id)
            then resources.server
    end as server,
    coalesce(patient_of.patient_id, resources.reference) as owner,
    coalesce(
        min(coalesce(patient_of.patient_id, resources.reference, '')) over (partition by resources.source, resources.id)
        <> max(coalesce(patient_of.patient_id, resources.reference, '')) over (
            partition by resources.source, resources.id
        ),
        false
    ) as is_of_several,
    resources.row_number
from resources
semi join alike on hash(resources.source, resources.id) = alike.hashed
left join patient_of on resources.reference = patient_of.reference
where resources.id is not null
