-- One row per candidate: the time point at which its state is decided, none while it is open; the state rules say so too.
with bounded as (
    select
        candidate.patient_id,
        candidate.event_date,
        candidate.second_line_start_date,
        candidate.line_end_date + cast($progression_after_line_days as integer) as progression_counts_until
    from candidate
)

select
    bounded.patient_id,
    bounded.progression_counts_until,
    case
        when follow_up.has_pd_at_candidate then bounded.event_date
        -- Newness cannot be shown, whatever follows.
        when baseline.patient_id is null then null
        when follow_up.confirmed_on is not null then follow_up.confirmed_on
        -- A bound that is unknown does not bind.
        when follow_up.later_pd_date
            <= coalesce(
                least(bounded.progression_counts_until, bounded.second_line_start_date),
                follow_up.later_pd_date
            )
            then follow_up.later_pd_date
    end as decided_on
from bounded
join follow_up on follow_up.patient_id = bounded.patient_id
left join baseline on baseline.patient_id = bounded.patient_id
