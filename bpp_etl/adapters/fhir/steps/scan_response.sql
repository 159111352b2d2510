-- One row per study: the worst response that is told of it, by reference or on its day.
-- A response that names a study is told of no other.
with told as (
    select
        reading.row_number,
        reading.patient_id,
        reading.day,
        reading.study_keys,
        code_meaning.meaning as response
    from reading
    inner join code_meaning on code_meaning.subject = 'response' and reading.answer = code_meaning.codings
    where reading.subject = 'STATUS' and reading.left_out is null
),

ways as (
    select
        told.row_number,
        told.patient_id,
        told.response,
        unnest(told.study_keys) as study_key
    from told
),

named as (
    select
        ways.row_number,
        ways.response,
        study.file as study_file,
        study.row_number as study_row,
        study.left_out
    from ways
    inner join study on ways.patient_id = study.patient_id and ways.study_key = study.assessment_id
    union
    select
        ways.row_number,
        ways.response,
        study.file as study_file,
        study.row_number as study_row,
        study.left_out
    from ways
    inner join study on ways.patient_id = study.patient_id and ways.study_key = study.url_key
),

of_study as (
    select
        named.study_file,
        named.study_row,
        named.response
    from named
    where named.left_out is null
    union all
    select
        study.file as study_file,
        study.row_number as study_row,
        told.response
    from told
    inner join study on told.patient_id = study.patient_id and told.day = study.day
    anti join named on told.row_number = named.row_number
    where study.left_out is null and not coalesce(list_contains(told.study_keys, 'ImagingStudy'), false)
)

select
    of_study.study_file as file,
    of_study.study_row as row_number,
    arg_min(of_study.response, list_position(['PD', 'SD', 'NON_CR_NON_PD', 'PR', 'CR', 'NE'], of_study.response)) as response
from of_study
group by of_study.study_file, of_study.study_row
