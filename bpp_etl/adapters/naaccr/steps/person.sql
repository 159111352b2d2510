-- One row per patient: the dates as days, and why the patient is left out, if so.
-- Of one number two registries may mean two patients: where their dates of birth differ as well, both are kept for the
-- gate.
with told as (
    select
        nullif(trim(patient.patient_id_number), '') as patient_id,
        coalesce(trim(patient.registry_id), '') as registry_id,
        trim(patient.sex) as sex,
        nullif(trim(patient.date_of_birth), '') as date_of_birth,
        nullif(trim(patient.date_of_last_contact), '') as date_of_last_contact,
        nullif(trim(patient.date_of_death_canada), '') as date_of_death_canada,
        trim(patient.vital_status) = '0'
        and coalesce(try_cast(regexp_extract(patient.dictionary, '(\d+)\.xml$', 1) as integer), 180) >= 180 as is_dead,
        try_cast(patient.generated as timestamptz) as generated,
        patient.row_number,
        patient.file
    from patient
),

several as (
    select told.patient_id
    from told
    group by told.patient_id
    having count(distinct told.registry_id) > 1 and count(distinct told.date_of_birth) > 1
),

of_another_site as (
    select tumor_record.patient_id
    from tumor_record
    group by tumor_record.patient_id
    having bool_and(not starts_with(coalesce(tumor_record.primary_site, 'C50'), 'C50'))
)

select
    told.patient_id,
    told.sex,
    regexp_replace(
        regexp_replace(told.date_of_birth, '^(\d{4})(\d{2})(\d{2})$', '\1-\2-\3'), '^(\d{4})(\d{2})$', '\1-\2'
    ) as birth_date,
    regexp_replace(
        regexp_replace(
            coalesce(told.date_of_last_contact, told.date_of_death_canada), '^(\d{4})(\d{2})(\d{2})$', '\1-\2-\3'
        ), '^(\d{4})(\d{2})$', '\1-\2'
    ) as last_contact_date,
    regexp_replace(
        regexp_replace(
            coalesce(told.date_of_death_canada, case when told.is_dead then told.date_of_last_contact end),
            '^(\d{4})(\d{2})(\d{2})$', '\1-\2-\3'
        ), '^(\d{4})(\d{2})$', '\1-\2'
    ) as death_date,
    coalesce(told.is_dead, false) as is_dead,
    case
        when
            row_number() over (
                partition by
                    coalesce(told.patient_id, concat(' ', told.file, ' ', told.row_number)),
                    case when several.patient_id is not null then told.registry_id end
                order by told.generated desc nulls last, told.row_number desc, told.file desc
            ) > 1
            then 'a patient who was sent again since'
        when of_another_site.patient_id is not null then 'a patient whose tumors are all of other sites'
    end as left_out,
    told.row_number,
    told.file
from told
left join of_another_site on told.patient_id = of_another_site.patient_id
left join several on told.patient_id = several.patient_id
