-- One row per observation of HER2: what it found, and the observation that leads its test.
-- Those of a patient and day are one test, led by the first of them, unless two of them say different things of the
-- same kind, or are of different specimens: then each is a test of its own.
with tissues as (
    select
        observation.file,
        observation.row_number,
        case
            when starts_with(observation.specimen, '#') then concat('#', observation.row_number)
            else regexp_extract(observation.specimen, '([^/:#]+)(/_history/.*)?$', 1)
        end as specimen_key
    from observation
    where observation.specimen <> ''
),

found as (
    select
        reading.patient_id,
        reading.day,
        reading.row_number,
        reading.file,
        case
            when reading.subject = 'HER2_IHC'
                then coalesce(
                    case when answers.meaning in ('0', '1+', '2+', '3+') then answers.meaning end,
                    case regexp_extract(trim(coalesce(reading.text, reading.integer, reading.number, reading.answer_text)), '^[0-3]\+?$')
                        when '0' then '0'
                        when '1' then '1+'
                        when '1+' then '1+'
                        when '2' then '2+'
                        when '2+' then '2+'
                        when '3' then '3+'
                        when '3+' then '3+'
                    end
                )
        end as ihc_score,
        case
            when
                reading.subject = 'HER2_ISH' and answers.meaning in ('positive', 'negative', 'equivocal')
                then answers.meaning
            when reading.subject = 'HER2_ISH' and answers.meaning is null then words.word
        end as ish_result,
        case when reading.subject = 'HER2_RATIO' then concat(reading.comparator, reading.number) end as ratio,
        case when reading.subject = 'HER2_COPIES' then concat(reading.comparator, reading.number) end as copies,
        case
            when
                reading.subject in ('HER2', 'HER2_IHC') and answers.meaning in ('positive', 'negative', 'equivocal')
                then answers.meaning
            when reading.subject in ('HER2', 'HER2_IHC') and answers.meaning is null then words.word
        end as reported_status,
        case when own.reference_key is null then elsewhere.specimen_site else own.specimen_site end as specimen_site
    from reading
    left join code_meaning as answers
        on
            answers.subject = 'her2'
            and coalesce(reading.answer, reading.interpretation) = answers.codings
    left join (values ('positive'), ('negative'), ('equivocal')) as words (word)
        on lower(trim(coalesce(reading.answer_text, reading.text))) = words.word
    left join tissues on reading.file = tissues.file and reading.row_number = tissues.row_number
    left join specimen_site as own on tissues.specimen_key = own.reference_key and tissues.file = own.file
    left join specimen_site as elsewhere
        on tissues.specimen_key = elsewhere.reference_key and elsewhere.file is null
    where
        reading.subject in ('HER2', 'HER2_IHC', 'HER2_ISH', 'HER2_RATIO', 'HER2_COPIES')
        and reading.left_out is null
),

counted as (
    select
        found.patient_id,
        found.day,
        count(distinct found.ihc_score) > 1
        or count(distinct found.ish_result) > 1
        or count(distinct found.ratio) > 1
        or count(distinct found.copies) > 1
        or count(distinct found.reported_status) > 1
        or count(distinct found.specimen_site) > 1 as is_contradicted,
        min(found.row_number) as first_row,
        count(distinct found.file) as files
    from found
    where found.day is not null and found.patient_id is not null
    group by found.patient_id, found.day
)

select
    found.patient_id,
    found.day,
    found.row_number,
    found.file,
    found.ihc_score,
    found.ish_result,
    found.ratio,
    found.copies,
    found.reported_status,
    found.specimen_site,
    case when counted.is_contradicted is false then counted.first_row else found.row_number end as test_row
from found
left join counted on found.patient_id = counted.patient_id and found.day = counted.day
