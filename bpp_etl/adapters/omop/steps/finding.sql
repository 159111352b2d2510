-- One row per measurement of a receptor, of HER2 or of a metastasis, with what its value says.
-- A value is what its concept says, else its text, which a word such as NULL leaves empty. Text that is no word of ours
-- passes untouched: a registry may recode it.
with told as (
    select
        measurement.person_id,
        if(
            strlen(measurement.measurement_date) > 10,
            regexp_replace(measurement.measurement_date, '[ T]00:00:00(\.0+)?$', ''),
            measurement.measurement_date
        ) as day,
        known_concept.meaning,
        said.meaning as answer,
        case
            when
                not regexp_full_match(
                    trim(measurement.value_source_value), '(?i)null|none|na|n/a|nan|nil|[-.?]|\[not available\]|'
                )
                then trim(measurement.value_source_value)
        end as text,
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
)

select
    person_id,
    day,
    meaning,
    coalesce(
        answer,
        case lower(text)
            when 'positive' then 'positive'
            when 'negative' then 'negative'
            when 'unknown' then 'unknown'
            when 'equivocal' then 'equivocal'
        end,
        text
    ) as status,
    text,
    number,
    row_number,
    file
from told
