-- One row per patient with a first line: days to the first of its possible ends, and which it was.
-- 1 pseudoprogression, 2 progression, 3 death, 4 end of the line or start of line 2, 0 censored.
with line as (
    select
        registry,
        patient_id,
        min(start_date) filter (where line_number = 1) as start_date,
        least(
            min(end_date) filter (where line_number = 1), min(start_date) filter (where line_number = 2)
        ) as stop_date,
        least(
            min(end_date) filter (where line_number = 1) + cast($progression_after_line_days as integer),
            min(start_date) filter (where line_number = 2)
        ) as progression_until
    from core.therapy_lines
    group by registry, patient_id
),

ended as (
    select
        flow.registry,
        flow.patient_id,
        line.start_date,
        line.stop_date,
        seen.last_seen_date,
        patients.death_date,
        event.event_date,
        case when flow.state = 'true_progression' then event.progression_date else flow.progression_date end
            as progression_date,
        case
            when flow.state = 'pseudoprogression' then 1
            when flow.state = 'true_progression' then 2
            -- From the candidate on it is open whether it is a pseudoprogression.
            when flow.state = 'indeterminate' and event.reason not in ('death', 'therapy_changed') then 0
            when flow.left_at = 'progression_first'
                and flow.progression_date <= coalesce(line.progression_until, flow.progression_date) then 2
            when patients.death_date <= coalesce(line.stop_date, patients.death_date) then 3
            when line.stop_date is not null then 4
            else 0
        end as outcome
    from event.patient_flow as flow
    join line on line.registry = flow.registry and line.patient_id = flow.patient_id
    join core.patients as patients
        on patients.registry = flow.registry and patients.patient_id = flow.patient_id
    left join first_line_course as seen
        on seen.registry = flow.registry and seen.patient_id = flow.patient_id
    left join event.pseudoprogression as event
        on event.registry = flow.registry
        and event.patient_id = flow.patient_id
        and event.protocol = flow.protocol
    where flow.protocol = $protocol and flow.left_at <> 'no_first_line'
)

select
    cast(list_position($registries, registry) - 1 as integer) as registry,
    -- A death that is dated before the start ends the line on its first day.
    greatest(
        cast(
            case outcome
                when 1 then event_date
                when 2 then progression_date
                when 3 then death_date
                when 4 then stop_date
                else coalesce(event_date, last_seen_date, start_date)
            end - start_date as integer
        ),
        0
    ) as days,
    cast(outcome as tinyint) as outcome
from ended
order by registry, patient_id
