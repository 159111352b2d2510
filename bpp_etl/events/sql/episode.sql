-- One row per patient with an admitted line 1: when first-line treatment was on, and when its next CT was planned.
with appointments as (
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
    other_lines.is_second_line_missing,
    cast(other_lines.line_count as integer) as line_count,
    line.is_cycle_length_assumed,
    line.cycle_length_days,
    -- From the last CT that was kept to the next, which is what somebody whose follow-up ends has not come to.
    line.planned_interval_days[least(coalesce(appointments.last_number, 0) + 1, len(line.planned_interval_days))]
        as expected_interval_days,
    patients.death_date,
    patients.last_contact_date
from treatment_line as line
join other_lines on other_lines.patient_id = line.patient_id
left join appointments on appointments.patient_id = line.patient_id
join core.patients as patients
    on patients.registry = $registry and patients.patient_id = line.patient_id
where line.line_number = 1
