-- One row per registry, interval and deviation of CTs of line 1, of patients in the window: how many CTs had both.
select
    cadence.registry as label,
    cadence.interval_days,
    cadence.deviation_days,
    count(*) as time_points
from core.assessment_cadence as cadence
semi join event.first_line as line
    on line.registry = cadence.registry and line.patient_id = cadence.patient_id and line.protocol = $protocol
where cadence.line_number = 1
group by cadence.registry, cadence.interval_days, cadence.deviation_days
