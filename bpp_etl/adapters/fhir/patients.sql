-- One row per patient: of resources with the same id the one last updated.
with newest as (
    select
        patient.id,
        patient.gender,
        patient.birth_date,
        patient.deceased,
        patient.row_number,
        patient.file
    from patient
    qualify
        row_number() over (
            partition by coalesce(patient.id, concat(patient.file, patient.row_number))
            order by
                patient.last_updated desc nulls last, try_cast(patient.version as bigint) desc nulls last,
                patient.row_number desc, patient.file desc
        ) = 1
),

newest_condition as (
    select
        condition.subject,
        condition.code,
        condition.verification,
        regexp_replace(coalesce(condition.onset, condition.recorded), 'T.*$', '') as day
    from condition
    qualify
        row_number() over (
            partition by coalesce(condition.id, concat(condition.file, condition.row_number))
            order by
                condition.last_updated desc nulls last, try_cast(condition.version as bigint) desc nulls last,
                condition.row_number desc, condition.file desc
        ) = 1
),

metastasis as (
    select
        patient_key.patient_id,
        min(newest_condition.day) as day
    from newest_condition
    inner join code_meaning
        on code_meaning.subject = 'condition' and newest_condition.code = code_meaning.codings
    inner join patient_key
        on regexp_extract(newest_condition.subject, '([^/:#]+)(/_history/.*)?$', 1) = patient_key.reference_key
    where lower(coalesce(newest_condition.verification, '')) not in ('entered-in-error', 'refuted')
    group by patient_key.patient_id
),

receptor as (
    select
        reading.patient_id,
        arg_max(code_meaning.meaning, (reading.day, reading.row_number)) filter (reading.subject = 'ER') as er,
        arg_max(code_meaning.meaning, (reading.day, reading.row_number)) filter (reading.subject = 'PR') as pr
    from reading
    inner join code_meaning
        on
            code_meaning.subject = 'receptor'
            and coalesce(reading.answer, reading.interpretation) = code_meaning.codings
    where reading.subject in ('ER', 'PR') and reading.left_out is null
    group by reading.patient_id
)

select
    newest.id as patient_id,
    case lower(trim(newest.gender))
        when 'other' then 'unknown'
        else lower(trim(newest.gender))
    end as sex,
    newest.birth_date,
    metastasis.day as metastatic_diagnosis_date,
    receptor.er as er_status,
    receptor.pr as pr_status,
    cast(null as varchar) as last_contact_date,
    regexp_replace(newest.deceased, 'T.*$', '') as death_date,
    newest.row_number,
    newest.file
from newest
left join metastasis on newest.id = metastasis.patient_id
left join receptor on newest.id = receptor.patient_id
