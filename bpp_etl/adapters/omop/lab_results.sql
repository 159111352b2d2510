-- One row per measurement of alkaline phosphatase.
-- Value. An operator but = stands before its number, so that the gate sees no number; one that is not known stands as
-- its concept. Where an export keeps the sign in the text alone, the text is taken.
-- Unit. What the concept says, else the text. A concept that says nothing to us stands as it is where there is no text.
select
    trim(measurement.person_id) as patient_id,
    case known_concept.meaning when 'alp_bone' then 'ALP_BONE' else 'ALP_TOTAL' end as analyte,
    if(strlen(measurement.measurement_date) > 10, regexp_replace(measurement.measurement_date, '[ T]00:00:00(\.0+)?$', ''), measurement.measurement_date) as specimen_date,
    case
        when measurement.value_source_value[1] in ('<', '>', '≤', '≥') then measurement.value_source_value
        when coalesce(trim(measurement.value_as_number), '') = '' then measurement.value_source_value
        else case coalesce(try_cast(measurement.operator_concept_id as bigint), 0)
            when 0 then ''
            when 4172703 then ''
            when 4171756 then '<'
            when 4171754 then '<='
            when 4172704 then '>'
            when 4171755 then '>='
            else 'operator ' || measurement.operator_concept_id || ' '
        end || measurement.value_as_number
    end as value,
    coalesce(
        unit.text,
        nullif(trim(measurement.unit_source_value), ''),
        case
            when try_cast(measurement.unit_concept_id as bigint) is distinct from 0
                then nullif(trim(measurement.unit_concept_id), '')
        end
    ) as unit,
    measurement.range_high as upper_limit_normal,
    cast(null as varchar) as laboratory,
    measurement.row_number,
    measurement.file
from measurement
inner join known_concept on try_cast(measurement.measurement_concept_id as bigint) = known_concept.concept_id
left join unit on try_cast(measurement.unit_concept_id as bigint) = unit.concept_id
where known_concept.meaning in ('alp_total', 'alp_bone')
