-- One row per patient: who it is as the newest package tells, or why the patient is left out.
-- Of one id two senders may mean two patients: where their dates of birth differ as well, both are kept for the gate.
with named as (
    select
        nullif(trim(patient.patient_id), '') as patient_id,
        coalesce(trim(patient.sender), '') as sender,
        trim(patient.sex) as sex,
        nullif(regexp_replace(trim(patient.birth_date), '^\{.*$|(Z|[+-]\d{2}:\d{2})$', ''), '') as birth_date,
        upper(trim(patient.birth_precision)) as birth_precision,
        patient.reported_on,
        patient.row_number,
        patient.file
    from patient
),

told as (
    select
        named.patient_id,
        named.sex,
        named.birth_date,
        named.birth_precision,
        named.row_number,
        named.file,
        row_number() over (
            partition by
                coalesce(named.patient_id, concat(' ', named.file, ' ', named.row_number)),
                case when several.patient_id is not null then named.sender end
            order by named.reported_on desc nulls last, named.row_number desc, named.file desc
        ) as copy
    from named
    left join (
        select named.patient_id
        from named
        group by named.patient_id
        having count(distinct named.sender) > 1 and count(distinct named.birth_date) > 1
    ) as several on named.patient_id = several.patient_id
),

of_another_site as (
    select report.patient_id
    from report
    group by report.patient_id
    having bool_and(not starts_with(coalesce(report.site, 'C50'), 'C50'))
)

select
    told.patient_id,
    told.sex,
    told.birth_date,
    told.birth_precision,
    case
        when told.copy > 1 then 'a patient who was sent again since'
        when of_another_site.patient_id is not null then 'a patient whose tumors are all of other sites'
    end as left_out,
    told.row_number,
    told.file
from told
left join of_another_site on told.patient_id = of_another_site.patient_id
