-- One row per HER2 status: how well the CTs of line 1 of pseudoprogressions kept to the schedule.
-- `people_` counts the patients behind the number of the same name.
with appointment as (
    select
        event.registry,
        event.patient_id,
        coalesce(event.her2_status, 'unknown') as her2_status,
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
)

select
    her2_status as label,
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
group by her2_status
