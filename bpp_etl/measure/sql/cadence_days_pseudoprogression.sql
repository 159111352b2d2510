-- One row per HER2 status, interval and deviation of CTs of line 1 of pseudoprogressions: how many CTs had both.
select
    coalesce(event.her2_status, 'unknown') as label,
    cadence.interval_days,
    cadence.deviation_days,
    count(*) as time_points
from event.pseudoprogression as event
join core.assessment_cadence as cadence
    on cadence.registry = event.registry
    and cadence.patient_id = event.patient_id
    and cadence.line_number = 1
where event.protocol = $protocol and event.state = 'pseudoprogression'
group by label, cadence.interval_days, cadence.deviation_days
