-- One row per registry and step of the first-line course: patients who left there.
select
    registry,
    left_at,
    count(*) as patients
from event.patient_flow
where protocol = $protocol
group by registry, left_at
