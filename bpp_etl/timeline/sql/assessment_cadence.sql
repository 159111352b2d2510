-- One row per patient, line and on-treatment CT time point: how well the appointment kept to the schedule.
with measured as (
    select
        patient_id,
        line_number,
        time_point_date,
        previous_date,
        cast(time_point_date - previous_date as integer) as interval_days,
        expected_interval_days,
        cast(time_point_date - previous_date - expected_interval_days as integer) as deviation_days,
        is_cycle_length_assumed
    from appointment
)

select
    $registry as registry,
    patient_id,
    line_number,
    time_point_date,
    previous_date,
    interval_days,
    expected_interval_days,
    deviation_days,
    -- Missed before late: an interval over one and a half times the planned one has skipped an appointment.
    case
        when abs(deviation_days) <= $tolerance_days then 'on_time'
        when deviation_days < 0 then 'early'
        when interval_days > $missed_after_intervals * expected_interval_days then 'missed'
        else 'late'
    end as cadence_class,
    case when is_cycle_length_assumed then ['cycle_length_assumed'] else cast([] as varchar[]) end as flags
from measured
order by patient_id, line_number, time_point_date
