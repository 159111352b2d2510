-- One row per HER2 status, and one for all: how well the CTs of line 1 of pseudoprogressions kept to the schedule.
-- `people_` counts the patients behind the number of the same name.
with appointment as (
    select
        event.registry,
        event.patient_id,
        coalesce(event.her2_status, 'unknown') as her2_status,
        cadence.interval_days,
        cadence.deviation_days,
        cadence.cadence_class
    from event.pseudoprogression as event
    join core.assessment_cadence as cadence
        on cadence.registry = event.registry
        and cadence.patient_id = event.patient_id
        and cadence.line_number = 1
    where event.protocol = $protocol and event.state = 'pseudoprogression'
),

kept as (
    select
        registry,
        patient_id,
        her2_status,
        count(*) as total,
        count(*) filter (where cadence_class = 'on_time') as on_time,
        count(*) filter (where cadence_class = 'early') as early,
        count(*) filter (where cadence_class = 'late') as late,
        count(*) filter (where cadence_class = 'missed') as missed
    from appointment
    group by registry, patient_id, her2_status
),

counted as (
    select
        her2_status,
        sum(total) as total,
        sum(on_time) as on_time,
        sum(early) as early,
        sum(late) as late,
        sum(missed) as missed,
        count(*) as people_total,
        count(*) filter (where on_time > 0) as people_on_time,
        count(*) filter (where early > 0) as people_early,
        count(*) filter (where late > 0) as people_late,
        count(*) filter (where missed > 0) as people_missed
    from kept
    group by grouping sets ((her2_status), ())
),

middle as (
    select
        her2_status,
        median(interval_days) as interval_days,
        median(deviation_days) as deviation_days
    from appointment
    group by grouping sets ((her2_status), ())
)

select
    counted.her2_status as label,
    counted.total,
    counted.on_time,
    counted.early,
    counted.late,
    counted.missed,
    counted.people_total,
    counted.people_on_time,
    counted.people_early,
    counted.people_late,
    counted.people_missed,
    middle.interval_days,
    middle.deviation_days
from counted
join middle on middle.her2_status is not distinct from counted.her2_status
order by label nulls first
