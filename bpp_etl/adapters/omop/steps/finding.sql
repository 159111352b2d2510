-- One row per measurement of a receptor, of HER2 or of a metastasis, with what its value says.
-- A value is what its concept says, else its text. Text that is no word of ours passes untouched: a registry
-- may recode it.
select
    measurement.person_id,
    measurement.measurement_date as day,
    known_concept.meaning,
    coalesce(
        said.meaning,
        case lower(trim(measurement.value_source_value))
            when 'positive' then 'positive'
            when 'negative' then 'negative'
            when 'unknown' then 'unknown'
            when 'equivocal' then 'equivocal'
        end,
        nullif(trim(measurement.value_source_value), '')
    ) as status,
    nullif(trim(measurement.value_source_value), '') as text,
    measurement.value_as_number as number,
    measurement.row_number,
    measurement.file
from measurement
inner join known_concept on try_cast(measurement.measurement_concept_id as bigint) = known_concept.concept_id
left join known_concept as said
    on
        try_cast(measurement.value_as_concept_id as bigint) = said.concept_id
        and said.meaning in ('positive', 'negative')
where known_concept.meaning in ('er', 'pr', 'her2_ihc', 'her2_ish', 'metastasis')
