-- One row per patient, line and on-treatment CT time point: an appointment that was kept.
-- A CT that cannot be judged still kept its appointment. The first interval runs from the start of the line.
-- Lines are numbered, in any order: a window over all that is told of them would take half as long again.
with line as materialized (
    select
        patient_id,
        line_number,
        start_date,
        last_treated_date,
        planned_interval_days,
        is_cycle_length_assumed,
        row_number() over () as number
    from treatment_line
),

kept as (
    select
        line.number,
        point.time_point_date,
        coalesce(lag(point.time_point_date) over on_line, line.start_date) as previous_date,
        cast(row_number() over on_line as integer) as appointment_number
    from line
    join time_point as point
        on point.patient_id = line.patient_id
        and point.time_point_date > line.start_date
        and point.time_point_date <= coalesce(line.last_treated_date, point.time_point_date)
    where point.has_ct
    window on_line as (partition by line.number order by point.time_point_date)
)

select
    line.patient_id,
    line.line_number,
    kept.appointment_number,
    kept.time_point_date,
    kept.previous_date,
    line.planned_interval_days[least(kept.appointment_number, len(line.planned_interval_days))]
        as expected_interval_days,
    line.is_cycle_length_assumed
from kept
join line on line.number = kept.number
