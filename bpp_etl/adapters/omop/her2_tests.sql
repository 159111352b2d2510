-- One row per measurement of HER2.
-- A score is a digit from 0 to 3, with its signs, and nothing else; a number is one where there is no text. What is
-- neither a score nor a word of ours passes untouched, for [recode].
with tests as (
    select
        person_id,
        day,
        meaning,
        status,
        coalesce(
            nullif(regexp_extract(lower(text), '^(?:(?:ihc|score|her2)[ :=]*)?([0-3])\s*\+{0,3}$', 1), ''),
            case when text is null and try_cast(number as double) in (0, 1, 2, 3)
                then cast(cast(try_cast(number as double) as integer) as varchar)
            end
        ) as digit,
        status in ('positive', 'negative', 'equivocal', 'unknown') as is_word,
        row_number,
        file
    from finding
    where meaning in ('her2_ihc', 'her2_ish')
)

select
    trim(person_id) as patient_id,
    day as test_date,
    'unknown' as specimen_site,
    case
        when meaning <> 'her2_ihc' then null
        when digit is not null then replace(digit || '+', '0+', '0')
        when not is_word then status
    end as ihc_score,
    case
        when meaning <> 'her2_ish' or status = 'unknown' then null
        when lower(status) = 'amplified' then 'positive'
        when lower(status) = 'not amplified' then 'negative'
        else status
    end as ish_result,
    cast(null as varchar) as her2_cep17_ratio,
    cast(null as varchar) as her2_copy_number,
    case when meaning = 'her2_ihc' and digit is null and is_word then status end as reported_status,
    row_number,
    file
from tests
order by file, row_number
