-- One row per admitted patient and protocol: where the patient left the first-line course.
select
    $registry as registry,
    flow.patient_id,
    $protocol as protocol,
    flow.left_at,
    decided.state,
    case when flow.left_at = 'progression_first' then course.first_pd_date end as progression_date
from flow
join course on course.patient_id = flow.patient_id
left join decided on decided.patient_id = flow.patient_id
order by flow.patient_id
