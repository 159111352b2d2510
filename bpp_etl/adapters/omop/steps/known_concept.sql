-- One row per concept that is looked for and what it says: those of the vocabularies, and those that the registry
-- lists in [omop.concepts]. A concept that is listed twice says what comes first by name.
-- A local list adds; it takes nothing away.
select
    concept_id,
    min(meaning) as meaning
from (
    select
        concept_id,
        meaning
    from (
        values
        (3035995, 'alp_total'),
        (36203168, 'er'),
        (36203170, 'pr'),
        (36203114, 'her2_ihc'),
        (36203113, 'her2_ish'),
        (36769180, 'metastasis'),
        (36769301, 'metastasis'),
        (3000481, 'er_and_pr'),
        (36305408, 'whole_response'),
        (9191, 'positive'),
        (9189, 'negative'),
        (32941, 'drug_treatment'),
        (32531, 'drug_treatment'),
        (32532, 'cycle')
    ) as known (concept_id, meaning)
    union all
    select
        try_cast(value as bigint) as concept_id,
        substring(path, 10) as meaning
    from setting
    where path like 'concepts.%'
)
where concept_id is not null
group by concept_id
