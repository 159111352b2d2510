-- One row per list of codings and what it is asked for: what it means.
-- A list names one thing in several systems; of several meanings the one that says more counts: a
-- method of HER2 (HER2_ISH) over its overall status (HER2). A local system may use
-- a code for something else, so only codes of the systems themselves are matched, or of none that is named.
with texts as (
    select
        'observation' as subject,
        observation.code as codings
    from observation
    union
    select
        'observation' as subject,
        component.code as codings
    from component
    union
    select
        'condition' as subject,
        condition.code as codings
    from condition
    union
    select
        'specimen' as subject,
        specimen.site as codings
    from specimen
    union
    select
        'specimen' as subject,
        contained_specimen.site as codings
    from contained_specimen
    union
    select
        'answer' as subject,
        observation.answer as codings
    from observation
    union
    select
        'answer' as subject,
        observation.interpretation as codings
    from observation
    union
    select
        'answer' as subject,
        component.answer as codings
    from component
    union
    select
        'answer' as subject,
        component.interpretation as codings
    from component
),

codings as (
    select
        texts.subject,
        texts.codings,
        unnest(json_extract(texts.codings, '$[*]')) as coding
    from texts
    where texts.codings is not null
),

coded as (
    select
        codings.subject,
        codings.codings,
        trim(codings.coding ->> '$.code') as code,
        lower(trim(coalesce(codings.coding ->> '$.system', ''))) as system
    from codings
)

select
    case coded.subject when 'answer' then known_code.subject else coded.subject end as subject,
    coded.codings,
    max(known_code.meaning) as meaning
from coded
inner join known_code
    on
        (coded.code = known_code.code or (known_code.code in ('C78', 'C79') and starts_with(coded.code, known_code.code)))
        and (
            coded.subject = known_code.subject
            or (coded.subject = 'answer' and known_code.subject in ('receptor', 'her2', 'response'))
        )
where
    coded.system = ''
    or regexp_matches(coded.system, '^(https?://loinc\.org|https?://snomed\.info/sct)')
    or coded.system in ('urn:oid:2.16.840.1.113883.6.1', 'urn:oid:2.16.840.1.113883.6.96')
    or (coded.system like '%/icd-10%' and coded.subject = 'condition')
    or exists (select 1 from setting where coded.code in (setting.value, setting.name))
group by 1, 2
