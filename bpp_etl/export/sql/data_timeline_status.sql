-- One row per candidate, confirmation and progression of a patient with a day zero.
with happened as (
    select
        registry,
        patient_id,
        event_date as day,
        'Bone pseudoprogression candidate' as status,
        state
    from event.pseudoprogression
    where protocol = $protocol
    union all
    select
        registry,
        patient_id,
        confirmation_date as day,
        'Bone pseudoprogression confirmed' as status,
        state
    from event.pseudoprogression
    where protocol = $protocol
    union all
    select
        ended.registry,
        ended.patient_id,
        coalesce(event.progression_date, ended.progression_date) as day,
        'Progression' as status,
        event.state
    from first_line_end as ended
    left join event.pseudoprogression as event
        on event.registry = ended.registry
        and event.patient_id = ended.patient_id
        and event.protocol = $protocol
)

select
    patient.subject_id as patient_id,
    happened.day - patient.day_zero as start_date,
    null as stop_date,
    'STATUS' as event_type,
    happened.status,
    happened.state as bpp_state,
    $protocol as protocol
from study_patient as patient
join happened on happened.registry = patient.registry and happened.patient_id = patient.patient_id
where patient.day_zero is not null and happened.day is not null
order by patient.subject_id, happened.day, happened.status
