-- One row per observation whose code is read, and per component: what it is of, of which patient, on which day, and
-- its answer. Of several components that say how much alkaline phosphatase there is, the total is read.
-- Of observations with the same id the one last updated counts. What is cancelled, in error or not final yet is no
-- result, and neither is one of which a reason is told why there is none.
with parts as (
    select
        code_meaning.meaning,
        component.number,
        component.comparator,
        component.unit,
        component.unit_system,
        component.unit_code,
        component.text,
        component.integer,
        component.answer_text,
        component.answer,
        component.interpretation,
        component.reference_range,
        component.row_number
    from component
    inner join code_meaning on code_meaning.subject = 'observation' and component.code = code_meaning.codings
    qualify
        code_meaning.meaning not in ('ALP_TOTAL', 'ALP_BONE')
        or row_number() over (
            partition by component.row_number, code_meaning.meaning in ('ALP_TOTAL', 'ALP_BONE')
            order by code_meaning.meaning desc, component.number nulls last, component.unit
        ) = 1
),

meant as (
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
        observation.part_of,
        false as is_component,
        observation.row_number,
        observation.file
    from observation
    inner join code_meaning on code_meaning.subject = 'observation' and observation.code = code_meaning.codings
    union all
    select
        parts.meaning as subject,
        observation.id,
        observation.status,
        observation.subject as reference,
        observation.effective,
        observation.period_start,
        parts.number,
        parts.comparator,
        parts.unit,
        parts.unit_system,
        parts.unit_code,
        parts.text,
        parts.integer,
        parts.answer_text,
        parts.answer,
        parts.interpretation,
        parts.reference_range,
        observation.derived_from,
        observation.part_of,
        true as is_component,
        observation.row_number,
        observation.file
    from observation
    inner join parts on observation.row_number = parts.row_number
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
    -- The last part of each, and the word ImagingStudy where one says that it is a study.
    case
        when meant.subject = 'STATUS' and coalesce(meant.derived_from, meant.part_of) is not null
            then list_concat(
                list_transform(
                    list_concat(
                        json_extract_string(meant.derived_from, '$[*].reference'),
                        json_extract_string(meant.part_of, '$[*].reference')
                    ), lambda one: regexp_extract(one, '([^/:#]+)(/_history/.*)?$', 1)
                ),
                case when contains(concat(meant.derived_from, meant.part_of), 'ImagingStudy/') then ['ImagingStudy'] end
            )
    end as study_keys,
    case
        when outdated.row_number is not null
            then 'an observation that was updated since'
        when lower(meant.status) in ('registered', 'preliminary') then 'an observation that is not final'
        when lower(meant.status) in ('cancelled', 'entered-in-error') then 'an observation in error or cancelled'
        when coalesce(meant.number, meant.text, meant.integer, meant.answer_text, meant.answer) is null
            then 'an observation without a result'
    end as left_out,
    meant.is_component,
    meant.row_number,
    meant.file
from meant
left join outdated on outdated.source = 'observation' and meant.row_number = outdated.row_number
left join patient_of on meant.reference = patient_of.reference
