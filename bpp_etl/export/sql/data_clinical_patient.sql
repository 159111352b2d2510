-- One row per admitted patient.
-- Who is dead and has no date of death is deceased after an unknown time: such a status goes without months.
with ended as (
    select
        registry,
        patient_id,
        death_date is not null as is_dated_death,
        greatest(coalesce(death_date, contact_date) - therapy_start_date, 0) as days_alive,
        coalesce(progression_date, death_on_line_date) is not null as has_ended,
        greatest(
            coalesce(least(progression_date, death_on_line_date), followed_until) - therapy_start_date, 0
        ) as days_without,
        therapy_start_date
    from first_line_end
)

select
    patient.subject_id as patient_id,
    no_month(patient.registry) as registry,
    case patients.sex when 'female' then 'Female' when 'male' then 'Male' end as sex,
    case when not $without_age then date_sub('year', patients.birth_date, ended.therapy_start_date) end as age,
    case patients.er_status when 'positive' then 'Positive' when 'negative' then 'Negative' end as er_status,
    case patients.pr_status when 'positive' then 'Positive' when 'negative' then 'Negative' end as pr_status,
    no_month(therapy.regimen) as regimen,
    patient.day_zero_is as day_zero,
    flow.left_at,
    event.state as bpp_state,
    event.reason as bpp_reason,
    array_to_string(event.sites, ', ') as bpp_sites,
    array_to_string(event.flags, ', ') as bpp_flags,
    event.days_to_event as days_to_bpp,
    case
        when ended.therapy_start_date is null then null
        when is_dead(patients.death_date, patients.flags) then '1:DECEASED'
        else '0:LIVING'
    end as os_status,
    case
        when ended.is_dated_death or not is_dead(patients.death_date, patients.flags)
            then round(ended.days_alive / $days_per_month, 4)
    end as os_months,
    case ended.has_ended when true then '1:PROGRESSED OR DECEASED' when false then '0:CENSORED' end as pfs_status,
    round(ended.days_without / $days_per_month, 4) as pfs_months,
    case
        when event.state <> 'pseudoprogression' then null
        when event.has_progression then '1:PROGRESSED'
        when not event.has_progression then '0:CENSORED'
    end as bpp_pfs_status,
    case when event.state = 'pseudoprogression' then round(
        (coalesce(event.progression_date, event.censor_date, event.event_date) - event.event_date)
        / $days_per_month,
        4
    ) end as bpp_pfs_months
from study_patient as patient
join core.patients as patients
    on patients.registry = patient.registry and patients.patient_id = patient.patient_id
left join ended on ended.registry = patient.registry and ended.patient_id = patient.patient_id
left join core.therapy_lines as therapy
    on therapy.registry = patient.registry
    and therapy.patient_id = patient.patient_id
    and therapy.line_number = 1
left join event.patient_flow as flow
    on flow.registry = patient.registry and flow.patient_id = patient.patient_id and flow.protocol = $protocol
left join event.pseudoprogression as event
    on event.registry = patient.registry
    and event.patient_id = patient.patient_id
    and event.protocol = $protocol
order by patient.subject_id
