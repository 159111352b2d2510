-- One row per patient with an admitted line 1: when first-line treatment was on, and when its next CT was planned.
-- Where the protocol lets maintenance continue line 1, a line 2 out of line 1's own agents is part of it.
with agents as (
    select
        patient_id,
        line_number,
        list_distinct(
            list_filter(
                regexp_split_to_array(lower(regimen), '\s*([+/,;&]|\band\b|\bwith\b)\s*'),
                lambda agent: trim(agent) <> ''
            )
        ) as names
    from core.therapy_lines
    where registry = $registry
        and line_number in (1, 2)
        and patient_id in (
            select second.patient_id
            from core.therapy_lines as second
            where second.registry = $registry and second.line_number = 2
        )
),

maintained as (
    select
        first.patient_id,
        list_has_all(
            list_transform(first.names, lambda agent: trim(agent)),
            list_transform(second.names, lambda agent: trim(agent))
        ) as is_maintenance
    from agents as first
    join agents as second on second.patient_id = first.patient_id and second.line_number = 2
    where first.line_number = 1
),

first_line as (
    select
        line.patient_id,
        line.start_date,
        case when continued.patient_id is null then line.end_date else continued.end_date end as end_date,
        case
            when continued.patient_id is null then line.next_line_start_date else continued.next_line_start_date
        end as next_line_start_date,
        case when continued.patient_id is null then line.last_treated_date else continued.last_treated_date end
            as last_treated_date,
        line.end_reason,
        coalesce(maintained.is_maintenance, false) as is_maintenance,
        line.is_cycle_length_assumed,
        line.cycle_length_days,
        line.planned_interval_days
    from treatment_line as line
    left join maintained on maintained.patient_id = line.patient_id
    left join treatment_line as continued
        on continued.patient_id = line.patient_id
        and continued.line_number = 2
        and maintained.is_maintenance
        and $maintenance_continues = 'yes'
    where line.line_number = 1
),

appointments as (
    select
        patient_id,
        max(appointment_number) as last_number
    from appointment
    where line_number = 1
    group by patient_id
),

other_lines as (
    select
        patient_id,
        count(*) as line_count,
        max(line_number) > 2 and not bool_or(line_number = 2) as is_second_line_missing
    from treatment_line
    group by patient_id
)

select distinct
    line.patient_id,
    line.start_date as therapy_start_date,
    line.end_date as line_end_date,
    line.next_line_start_date as second_line_start_date,
    line.last_treated_date,
    line.end_reason,
    line.is_maintenance,
    other_lines.is_second_line_missing,
    cast(other_lines.line_count as integer) as line_count,
    line.is_cycle_length_assumed,
    line.cycle_length_days,
    -- From the last CT that was kept to the next, which is what somebody whose follow-up ends has not come to.
    line.planned_interval_days[least(coalesce(appointments.last_number, 0) + 1, len(line.planned_interval_days))]
        as expected_interval_days,
    patients.death_date,
    patients.last_contact_date
from first_line as line
join other_lines on other_lines.patient_id = line.patient_id
left join appointments on appointments.patient_id = line.patient_id
join core.patients as patients
    on patients.registry = $registry and patients.patient_id = line.patient_id
