-- One row per registry: how well the CTs of line 1 kept to the schedule, of patients in the window.
-- `people_` counts the patients behind the number of the same name.
with first_line_ct as (
    select
        cadence.registry,
        cadence.patient_id,
        cadence.cadence_class
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
)

select
    registry as label,
    cast(sum(total) as bigint) as total,
    cast(sum(on_time) as bigint) as on_time,
    cast(sum(early) as bigint) as early,
    cast(sum(late) as bigint) as late,
    cast(sum(missed) as bigint) as missed,
    count(*) as people_total,
    count(*) filter (where on_time > 0) as people_on_time,
    count(*) filter (where early > 0) as people_early,
    count(*) filter (where late > 0) as people_late,
    count(*) filter (where missed > 0) as people_missed
from kept
group by registry
