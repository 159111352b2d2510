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
    anti join outdated on outdated.source = 'patient' and patient.row_number = outdated.row_number
),

metastasis as (
    select
        patient_of.patient_id,
        min(regexp_replace(coalesce(condition.onset, condition.recorded), 'T.*$', '')) as day
    from condition
    inner join code_meaning on code_meaning.subject = 'condition' and condition.code = code_meaning.codings
    inner join patient_of on condition.subject = patient_of.reference
    anti join outdated on outdated.source = 'condition' and condition.row_number = outdated.row_number
    where lower(coalesce(condition.verification, '')) not in ('entered-in-error', 'refuted')
    group by patient_of.patient_id
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
