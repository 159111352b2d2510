-- One row per patient with a first line: days from its start to progression or death, to death, and to confirmation.
-- Follow-up for progression ends at the last evaluable on-treatment assessment, for death at the last contact or
-- record, whichever is later. A missing number is NaN.
with recorded as (
    select
        registry,
        patient_id,
        max(assessment_date) as record_date
    from core.imaging_assessments
    group by registry, patient_id
    union all
    select
        registry,
        patient_id,
        max(specimen_date) as record_date
    from core.lab_results
    group by registry, patient_id
    union all
    select
        registry,
        patient_id,
        max(start_date) as record_date
    from core.therapy_lines
    group by registry, patient_id
),

last_record as (
    select
        registry,
        patient_id,
        max(record_date) as record_date
    from recorded
    group by registry, patient_id
),

ended as (
    select
        line.registry,
        line.patient_id,
        line.protocol,
        line.therapy_start_date,
        line.her2_status_at_start,
        coalesce(line.last_evaluated_date, line.therapy_start_date) as followed_until,
        case
            when line.first_progression_date <= coalesce(line.progression_until, line.first_progression_date)
            then line.first_progression_date
        end as progression_date,
        -- As for deaths that compete: not after line 2 began, nor once two appointments were missed.
        case
            when patients.death_date >= line.second_line_start_date then null
            when patients.death_date - coalesce(line.last_evaluated_date, line.therapy_start_date)
                <= $lost_after_intervals * line.expected_interval_days
            then patients.death_date
        end as death_on_line_date,
        patients.death_date,
        greatest(patients.last_contact_date, last_record.record_date) as contact_date
    from event.first_line as line
    join core.patients as patients
        on patients.registry = line.registry and patients.patient_id = line.patient_id
    left join last_record
        on last_record.registry = line.registry and last_record.patient_id = line.patient_id
    where line.protocol = $protocol
)

select
    cast(list_position($registries, ended.registry) - 1 as integer) as registry,
    cast(
        coalesce(list_position($her2_statuses, ended.her2_status_at_start), len($her2_statuses) + 1) - 1
        as tinyint
    ) as her2_at_start,
    -- A death that is dated before the start ends the line on its first day.
    greatest(
        cast(
            coalesce(
                least(ended.progression_date, ended.death_on_line_date), ended.followed_until
            ) - ended.therapy_start_date as integer
        ),
        0
    ) as days_without_progression,
    coalesce(ended.progression_date, ended.death_on_line_date) is not null as has_progressed_or_died,
    greatest(
        cast(coalesce(ended.death_date, ended.contact_date) - ended.therapy_start_date as integer), 0
    ) as days_alive,
    ended.death_date is not null as has_died,
    coalesce(cast(event.confirmation_date - ended.therapy_start_date as double), 'nan') as days_to_confirmation
from ended
left join event.pseudoprogression as event
    on event.registry = ended.registry
    and event.patient_id = ended.patient_id
    and event.protocol = ended.protocol
order by ended.registry, ended.patient_id
