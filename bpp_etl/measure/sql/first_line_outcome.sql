-- One row per patient with a first line: days to the first of its possible ends, and which it was.
-- 1 pseudoprogression, 2 progression, 3 death, 4 end of the line or start of line 2, 0 censored; who has a candidate
-- that could not be decided is censored there, unless death or the end of the line left it so.
-- The state is that of the candidate, as a place in the list that is passed in, or -1 without one, and so are its days.
with ended as (
    select
        line.registry,
        line.patient_id,
        line.therapy_start_date,
        line.line_stop_date,
        line.last_evaluated_date,
        patients.death_date,
        event.event_date,
        event.state,
        event.unread_ct_count,
        case when flow.state = 'true_progression' then event.progression_date else flow.progression_date end
            as progression_date,
        case
            when flow.state = 'pseudoprogression' then 1
            when flow.state = 'true_progression' then 2
            -- From the candidate on it is open whether it is a pseudoprogression.
            when flow.state = 'indeterminate' and event.reason not in ('death', 'therapy_changed') then 0
            when flow.left_at = 'progression_first'
                and flow.progression_date <= coalesce(line.progression_until, flow.progression_date) then 2
            when patients.death_date <= coalesce(line.line_stop_date, patients.death_date) then 3
            when line.line_stop_date is not null then 4
            else 0
        end as outcome
    from event.first_line as line
    join event.patient_flow as flow
        on flow.registry = line.registry and flow.patient_id = line.patient_id and flow.protocol = line.protocol
    join core.patients as patients
        on patients.registry = line.registry and patients.patient_id = line.patient_id
    left join event.pseudoprogression as event
        on event.registry = line.registry
        and event.patient_id = line.patient_id
        and event.protocol = line.protocol
    where line.protocol = $protocol
)

select
    registry,
    patient_id,
    -- A death that is dated before the start ends the line on its first day.
    greatest(
        cast(
            case outcome
                when 1 then event_date
                when 2 then progression_date
                when 3 then death_date
                when 4 then line_stop_date
                else coalesce(event_date, last_evaluated_date, therapy_start_date)
            end - therapy_start_date as integer
        ),
        0
    ) as days,
    cast(outcome as tinyint) as outcome,
    cast(coalesce(list_position($states, state), 0) - 1 as tinyint) as state,
    coalesce(cast(event_date - therapy_start_date as integer), -1) as days_to_candidate,
    coalesce(unread_ct_count > 0, false) as has_unread_ct
from ended
