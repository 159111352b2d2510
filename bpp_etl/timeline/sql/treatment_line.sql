-- One row per admitted line of therapy: when it was on, and how far apart its CTs were planned.
-- On treatment is after the start, up to the last treated day: that of the end, or the one before the next line by
-- number, whichever is earlier; none while the line goes on.
select distinct
    line.patient_id,
    line.line_number,
    line.start_date,
    line.end_date,
    next_line.start_date as next_line_start_date,
    least(line.end_date, next_line.start_date - 1) as last_treated_date,
    line.end_reason,
    line.cycle_length_days,
    line.cycle_length_days is null and len(cast($stated_interval_days as integer[])) = 0 as is_cycle_length_assumed,
    -- Each interval in its order, the last of them again and again: what the registry states of its own schedule
    -- counts, whatever the cycles are.
    case
        when len(cast($stated_interval_days as integer[])) > 0 then cast($stated_interval_days as integer[])
        else [cast($cycles_per_interval * coalesce(line.cycle_length_days, $fallback_cycle_days) as integer)]
    end as planned_interval_days
from core.therapy_lines as line
left join core.therapy_lines as next_line
    on next_line.registry = line.registry
    and next_line.patient_id = line.patient_id
    and next_line.line_number = line.line_number + 1
where line.registry = $registry
