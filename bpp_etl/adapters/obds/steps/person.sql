-- One row per patient: who it is as the newest package tells, or why the patient is left out.
with told as (
    select
        nullif(trim(patient.patient_id), '') as patient_id,
        trim(patient.sex) as sex,
        nullif(regexp_replace(trim(patient.birth_date), '^\{.*$|(Z|[+-]\d{2}:\d{2})$', ''), '') as birth_date,
        upper(trim(patient.birth_precision)) as birth_precision,
        patient.row_number,
        patient.file,
        row_number() over (
            partition by
                coalesce(nullif(trim(patient.patient_id), ''), concat(' ', patient.file, ' ', patient.row_number))
            order by patient.reported_on desc nulls last, patient.row_number desc, patient.file desc
        ) as copy
    from patient
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
