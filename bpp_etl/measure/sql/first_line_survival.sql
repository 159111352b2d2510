-- One row per patient with a first line: days from its start to progression or death, to death, and to confirmation.
-- A missing number is NaN.
select
    ended.registry,
    ended.patient_id,
    cast(
        coalesce(list_position($her2_statuses, ended.her2_status_at_start), len($her2_statuses) + 1) - 1
        as tinyint
    ) as her2_at_start,
    -- A death that is dated before the start ends the line on its first day.
    greatest(
        cast(
            coalesce(
                least(ended.progression_date, ended.death_on_line_date), ended.followed_until
            ) - ended.therapy_start_date as integer
        ),
        0
    ) as days_without_progression,
    coalesce(ended.progression_date, ended.death_on_line_date) is not null as has_progressed_or_died,
    greatest(
        cast(coalesce(ended.death_date, ended.contact_date) - ended.therapy_start_date as integer), 0
    ) as days_alive,
    ended.death_date is not null as has_died,
    coalesce(cast(event.confirmation_date - ended.therapy_start_date as double), 'nan') as days_to_confirmation
from first_line_end as ended
left join event.pseudoprogression as event
    on event.registry = ended.registry
    and event.patient_id = ended.patient_id
    and event.protocol = ended.protocol
