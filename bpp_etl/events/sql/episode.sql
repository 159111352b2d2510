-- One row per patient with an admitted line 1: when first-line treatment was on.
with lines as (
    select
        patient_id,
        max(start_date) filter (where line_number = 1) as therapy_start_date,
        max(end_date) filter (where line_number = 1) as line_end_date,
        max(cycle_length_days) filter (where line_number = 1) as cycle_length_days,
        min(start_date) filter (where line_number = 2) as second_line_start_date,
        max(line_number) > 2 and not bool_or(line_number = 2) as is_second_line_missing
    from core.therapy_lines
    where registry = $registry
    group by patient_id
)

select
    lines.patient_id,
    lines.therapy_start_date,
    lines.line_end_date,
    lines.second_line_start_date,
    lines.is_second_line_missing,
    lines.cycle_length_days is null as is_cycle_length_assumed,
    cast($cycles_per_interval * coalesce(lines.cycle_length_days, $fallback_cycle_days) as integer)
        as expected_interval_days,
    patients.death_date,
    patients.last_contact_date
from lines
join core.patients as patients
    on patients.registry = $registry and patients.patient_id = lines.patient_id
where lines.therapy_start_date is not null
