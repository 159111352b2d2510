-- One row per patient: of resources with the same id the one last updated.
with newest as (
    select
        person.id,
        person.gender,
        person.birth_date,
        person.deceased,
        person.is_undated_death,
        person.row_number,
        person.file
    from person
    anti join outdated on outdated.source = 'patient' and person.row_number = outdated.row_number
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

answered as (
    select
        reading.patient_id,
        reading.subject,
        reading.day,
        coalesce(
            code_meaning.meaning,
            case lower(trim(coalesce(reading.answer_text, reading.text)))
                when 'positive' then 'positive'
                when 'negative' then 'negative'
            end
        ) as status
    from reading
    left join code_meaning
        on
            code_meaning.subject = 'receptor'
            and coalesce(reading.answer, reading.interpretation) = code_meaning.codings
    where reading.subject in ('ER', 'PR') and reading.left_out is null
),

newest_answer as (
    select
        answered.patient_id,
        answered.subject,
        string_agg(distinct answered.status, ' / ' order by answered.status) as status
    from (
        select
            answered.patient_id,
            answered.subject,
            answered.status
        from answered
        where answered.status is not null
        qualify
            rank() over (
                partition by answered.patient_id, answered.subject
                order by answered.day desc nulls last
            ) = 1
    ) as answered
    group by answered.patient_id, answered.subject
)

select
    newest.id as patient_id,
    case lower(trim(newest.gender))
        when 'other' then 'unknown'
        else lower(trim(newest.gender))
    end as sex,
    newest.birth_date,
    metastasis.day as metastatic_diagnosis_date,
    er.status as er_status,
    pr.status as pr_status,
    cast(null as varchar) as last_contact_date,
    regexp_replace(newest.deceased, 'T.*$', '') as death_date,
    case when newest.is_undated_death then 'death_date' end as approximated,
    newest.row_number,
    newest.file
from newest
left join metastasis on newest.id = metastasis.patient_id
left join newest_answer as er on newest.id = er.patient_id and er.subject = 'ER'
left join newest_answer as pr on newest.id = pr.patient_id and pr.subject = 'PR'
