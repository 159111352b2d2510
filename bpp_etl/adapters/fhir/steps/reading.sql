-- One row per observation whose code is read: what it is of, of which patient, on which day, and its answer.
-- Of observations with the same id the one last updated counts. What is cancelled, in error or not final yet is no
-- result, and neither is one of which a reason is told why there is none.
with meant as (
    select
        code_meaning.meaning as subject,
        observation.id,
        observation.status,
        observation.subject as reference,
        observation.effective,
        observation.period_start,
        observation.number,
        observation.comparator,
        observation.unit,
        observation.unit_system,
        observation.unit_code,
        observation.text,
        observation.integer,
        observation.answer_text,
        observation.answer,
        observation.interpretation,
        observation.reference_range,
        observation.derived_from,
        observation.last_updated,
        try_cast(observation.version as bigint) as version,
        observation.row_number,
        observation.file
    from observation
    inner join code_meaning on code_meaning.subject = 'observation' and observation.code = code_meaning.codings
),

newest as (
    select
        meant.id,
        max(struct_pack(
            last_updated := coalesce(meant.last_updated, ''),
            version := coalesce(meant.version, -1),
            row_number := meant.row_number
        )) as newest
    from meant
    where meant.id is not null
    group by meant.id
    having count(*) > 1
)

select
    meant.subject,
    meant.id,
    coalesce(patient_key.patient_id, regexp_extract(meant.reference, '([^/:#]+)(/_history/.*)?$', 1)) as patient_id,
    regexp_replace(coalesce(meant.effective, meant.period_start), 'T.*$', '') as day,
    meant.number,
    meant.comparator,
    case
        when lower(meant.unit_system) = 'http://unitsofmeasure.org' then coalesce(meant.unit_code, meant.unit)
        else coalesce(meant.unit, meant.unit_code)
    end as unit,
    meant.text,
    meant.integer,
    meant.answer_text,
    meant.answer,
    meant.interpretation,
    meant.reference_range,
    regexp_extract(meant.derived_from, '([^/:#]+)(/_history/.*)?$', 1) as study_key,
    case
        when meant.row_number <> newest.newest.row_number
            then 'an observation that was updated since'
        when lower(meant.status) in ('registered', 'preliminary') then 'an observation that is not final'
        when lower(meant.status) in ('cancelled', 'entered-in-error') then 'an observation in error or cancelled'
        when coalesce(meant.number, meant.text, meant.integer, meant.answer_text, meant.answer) is null
            then 'an observation without a result'
    end as left_out,
    meant.row_number,
    meant.file
from meant
left join newest on meant.id = newest.id
left join patient_key on regexp_extract(meant.reference, '([^/:#]+)(/_history/.*)?$', 1) = patient_key.reference_key
