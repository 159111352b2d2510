-- One row per patient, with what the tumors of the breast tell: metastatic disease and receptors.
-- Receptors are those of the tumor that was metastatic, else of the newest, whose status is known.
with of_tumors as (
    select
        tumor_record.patient_id,
        least(
            min(tumor_record.diagnosis_day) filter (tumor_record.is_metastatic_at_diagnosis),
            min(tumor_record.recurrence_day)
        ) as metastatic_diagnosis_date,
        arg_max(
            tumor_record.er_status,
            (
                tumor_record.is_metastatic_at_diagnosis or tumor_record.recurrence_day is not null,
                coalesce(tumor_record.diagnosis_day, ''), tumor_record.row_number, tumor_record.file
            )
        ) filter (tumor_record.er_status is not null) as er_status,
        arg_max(
            tumor_record.pr_status,
            (
                tumor_record.is_metastatic_at_diagnosis or tumor_record.recurrence_day is not null,
                coalesce(tumor_record.diagnosis_day, ''), tumor_record.row_number, tumor_record.file
            )
        ) filter (tumor_record.pr_status is not null) as pr_status
    from tumor_record
    where tumor_record.left_out is null
    group by tumor_record.patient_id
)

select
    person.patient_id,
    case person.sex when '1' then 'male' when '2' then 'female' else 'unknown' end as sex,
    person.birth_date,
    of_tumors.metastatic_diagnosis_date,
    of_tumors.er_status,
    of_tumors.pr_status,
    person.last_contact_date,
    person.death_date,
    case when person.is_dead and person.death_date is null then 'death_date' end as approximated,
    person.row_number,
    person.file
from person
left join of_tumors on person.patient_id = of_tumors.patient_id
where person.left_out is null
