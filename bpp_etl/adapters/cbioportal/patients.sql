-- One row per patient of the clinical data.
-- OS_MONTHS say their unit, the dates of timelines being days; what is no number passes untouched. A status that is
-- not deceased leaves the day of death empty.
with statuses as (
    select
        patient_id,
        string_agg(distinct er_status, ' / ' order by er_status) as er_status,
        string_agg(distinct pr_status, ' / ' order by pr_status) as pr_status
    from sample_status
    group by patient_id
),

told as (
    select
        patient.patient_id,
        sex.says as sex,
        -- [dates] reads the unit of a number where one stands behind it.
        case when try_cast(months.says as double) is null then months.says else months.says || ' months' end
            as last_day,
        coalesce(regexp_full_match(upper(trim(patient.os_status)), '(1:)?\s*DECEASED'), false) as is_dead,
        er.says as er_status,
        pr.says as pr_status,
        patient.row_number,
        patient.file
    from patient
    left join word as sex on patient.sex = sex.text
    left join word as months on patient.os_months = months.text
    left join word as er on patient.er_status = er.text
    left join word as pr on patient.pr_status = pr.text
)

select
    told.patient_id,
    case
        when lower(told.sex) in ('female', 'f') then 'female'
        when lower(told.sex) in ('male', 'm') then 'male'
        else coalesce(told.sex, 'unknown')
    end as sex,
    cast(null as varchar) as birth_date,
    cast(null as varchar) as metastatic_diagnosis_date,
    coalesce(told.er_status, statuses.er_status) as er_status,
    coalesce(told.pr_status, statuses.pr_status) as pr_status,
    told.last_day as last_contact_date,
    case when told.is_dead then told.last_day end as death_date,
    case when told.is_dead and told.last_day is null then 'death_date' end as approximated,
    told.row_number,
    told.file
from told
left join statuses on told.patient_id = statuses.patient_id
order by told.file, told.row_number
