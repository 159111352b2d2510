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
        observation.row_number,
        observation.file
    from observation
    inner join code_meaning on code_meaning.subject = 'observation' and observation.code = code_meaning.codings
)

select
    meant.subject,
    meant.id,
    patient_of.patient_id,
    split_part(coalesce(meant.effective, meant.period_start), 'T', 1) as day,
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
        when outdated.row_number is not null
            then 'an observation that was updated since'
        when lower(meant.status) in ('registered', 'preliminary') then 'an observation that is not final'
        when lower(meant.status) in ('cancelled', 'entered-in-error') then 'an observation in error or cancelled'
        when coalesce(meant.number, meant.text, meant.integer, meant.answer_text, meant.answer) is null
            then 'an observation without a result'
    end as left_out,
    meant.row_number,
    meant.file
from meant
left join outdated on outdated.source = 'observation' and meant.row_number = outdated.row_number
left join patient_of on meant.reference = patient_of.reference
