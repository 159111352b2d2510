-- One row per study: the worst response that is told of it, by reference or on its day.
-- A response that names its study is told of no other.
with told as (
    select
        reading.patient_id,
        reading.day,
        reading.study_key,
        code_meaning.meaning as response
    from reading
    inner join code_meaning on code_meaning.subject = 'response' and reading.answer = code_meaning.codings
    where reading.subject = 'STATUS' and reading.left_out is null
)

select
    study.file,
    study.row_number,
    arg_min(told.response, list_position(['PD', 'SD', 'NON_CR_NON_PD', 'PR', 'CR', 'NE'], told.response)) as response
from study
inner join told
    on
        study.patient_id = told.patient_id
        and (
            told.study_key in (study.assessment_id, study.url_key)
            or (coalesce(told.study_key, '') = '' and study.day = told.day)
        )
where study.left_out is null
group by study.file, study.row_number
