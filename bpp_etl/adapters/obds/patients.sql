-- One row per patient, with what the reports on tumors of the breast tell: metastases, receptors; and of a death.
with metastasis as (
    select
        found.patient_id,
        found.day,
        found.is_estimated
    from (
        select
            places.patient_id,
            nullif(
                regexp_replace(
                    trim(coalesce(places.place ->> '$.Diagnosedatum[0]."#"', places.place ->> '$.Diagnosedatum[0]')),
                    '(Z|[+-]\d{2}:\d{2})$',
                    ''
                ),
                ''
            ) as day,
            upper(trim(coalesce(places.place ->> '$.Diagnosedatum[0]."@Datumsgenauigkeit"', 'E'))) <> 'E'
                as is_estimated
        from (
            select
                report.patient_id,
                unnest(json_extract(report.metastases, '$[*]')) as place
            from report
            where report.left_out is null
        ) as places
    ) as found
    where not starts_with(found.day, '{')
    qualify row_number() over (partition by found.patient_id order by found.day, found.is_estimated) = 1
),

death as (
    select
        report.patient_id,
        report.death_date,
        coalesce(report.death_precision, 'E') <> 'E' as is_estimated
    from report
    where report.has_death and report.left_out is null
    qualify
        row_number() over (
            partition by report.patient_id
            order by report.death_date is null, report.reported_on desc nulls last, report.row_number desc, report.file desc
        ) = 1
),

contact as (
    select
        report.patient_id,
        max(told.day) as day
    from report, unnest([report.day, report.therapy_start, report.therapy_end, report.death_date]) as told (day)
    where regexp_full_match(told.day, '\d{4}-\d{2}-\d{2}')
    group by report.patient_id
),

receptor as (
    select
        report.patient_id,
        arg_max(report.er_status, (coalesce(report.day, ''), coalesce(report.reported_on, ''), report.row_number))
            filter (report.er_status is not null) as er_status,
        arg_max(report.pr_status, (coalesce(report.day, ''), coalesce(report.reported_on, ''), report.row_number))
            filter (report.pr_status is not null) as pr_status
    from report
    where report.left_out is null
    group by report.patient_id
)

select
    person.patient_id,
    case upper(trim(person.sex))
        when 'W' then 'female'
        when 'M' then 'male'
        when 'D' then 'unknown'
        when 'X' then 'unknown'
        when 'U' then 'unknown'
        else coalesce(nullif(trim(person.sex), ''), 'unknown')
    end as sex,
    person.birth_date,
    metastasis.day as metastatic_diagnosis_date,
    receptor.er_status,
    receptor.pr_status,
    cast(null as varchar) as last_contact_date,
    death.death_date,
    contact.day as reported,
    concat_ws(
        ',',
        case when coalesce(person.birth_precision, 'E') <> 'E' then 'birth_date' end,
        case when metastasis.is_estimated then 'metastatic_diagnosis_date' end,
        case
            when death.is_estimated or (death.patient_id is not null and death.death_date is null) then 'death_date'
        end
    ) as approximated,
    person.row_number,
    person.file
from person
left join metastasis on person.patient_id = metastasis.patient_id
left join death on person.patient_id = death.patient_id
left join contact on person.patient_id = contact.patient_id
left join receptor on person.patient_id = receptor.patient_id
where person.left_out is null
