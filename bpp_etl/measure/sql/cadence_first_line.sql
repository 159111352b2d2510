-- One row per registry, and one for all: how well the CTs of line 1 kept to the schedule, of patients in the window.
-- `people_` counts the patients behind the number of the same name.
with first_line_ct as (
    select
        cadence.registry,
        cadence.patient_id,
        cadence.cadence_class,
        cadence.interval_days,
        cadence.deviation_days
    from core.assessment_cadence as cadence
    semi join event.first_line as line
        on line.registry = cadence.registry and line.patient_id = cadence.patient_id and line.protocol = $protocol
    where cadence.line_number = 1
),

kept as (
    select
        registry,
        patient_id,
        count(*) as total,
        count(*) filter (where cadence_class = 'on_time') as on_time,
        count(*) filter (where cadence_class = 'early') as early,
        count(*) filter (where cadence_class = 'late') as late,
        count(*) filter (where cadence_class = 'missed') as missed
    from first_line_ct
    group by registry, patient_id
),

counted as (
    select
        registry,
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
    group by grouping sets ((registry), ())
),

middle as (
    select
        registry,
        median(interval_days) as interval_days,
        median(deviation_days) as deviation_days
    from first_line_ct
    group by grouping sets ((registry), ())
)

select
    counted.registry as label,
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
join middle on middle.registry is not distinct from counted.registry
order by label nulls first
