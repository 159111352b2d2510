-- One row per candidate: the total ALP at baseline, and the value nearest to the event and to the progression.
-- Nearest in days; of two days equally far the earlier one.
with placed as (
    select
        of_day.patient_id,
        of_day.value,
        of_day.times_upper_limit,
        of_day.is_median_of_day,
        of_day.flags,
        -- Doubling the distance leaves room to put the later of two equal ones behind.
        case
            when abs(of_day.specimen_date - candidate.event_date) <= $alp_event_days
                and (
                    candidate.second_line_start_date is null
                    or of_day.specimen_date <= candidate.second_line_start_date
                )
            then 2 * abs(of_day.specimen_date - candidate.event_date)
                + cast(of_day.specimen_date > candidate.event_date as integer)
        end as event_order,
        case
            when abs(of_day.specimen_date - follow_up.progressed_on) <= $alp_event_days
                and (
                    candidate.second_line_start_date is null
                    or of_day.specimen_date <= candidate.second_line_start_date
                )
            then 2 * abs(of_day.specimen_date - follow_up.progressed_on)
                + cast(of_day.specimen_date > follow_up.progressed_on as integer)
        end as progression_order
    from alp_day as of_day
    join candidate on candidate.patient_id = of_day.patient_id
    join follow_up on follow_up.patient_id = of_day.patient_id
),

nearest as (
    select
        patient_id,
        arg_min(value, event_order) as alp_at_event,
        arg_min(value, progression_order) as alp_at_progression,
        -- In a struct, since a row without the number is passed over.
        arg_min({'times': times_upper_limit}, event_order)['times'] as alp_at_event_times_limit,
        arg_min({'times': times_upper_limit}, progression_order)['times'] as alp_at_progression_times_limit,
        arg_min(is_median_of_day, event_order) as is_event_median,
        arg_min(is_median_of_day, progression_order) as is_progression_median,
        arg_min(flags, event_order) as event_flags,
        arg_min(flags, progression_order) as progression_flags
    from placed
    group by patient_id
)

select
    candidate.patient_id,
    alp_baseline.alp_baseline,
    nearest.alp_at_event,
    nearest.alp_at_progression,
    alp_baseline.alp_baseline_times_limit,
    nearest.alp_at_event_times_limit,
    nearest.alp_at_progression_times_limit,
    coalesce(alp_baseline.is_median_of_day, false) as is_baseline_median,
    coalesce(nearest.is_event_median, false) as is_event_median,
    coalesce(nearest.is_progression_median, false) as is_progression_median,
    list_concat(coalesce(alp_baseline.flags, []), coalesce(nearest.event_flags, [])) as flags,
    coalesce(nearest.progression_flags, []) as progression_flags
from candidate
left join alp_baseline on alp_baseline.patient_id = candidate.patient_id
left join nearest on nearest.patient_id = candidate.patient_id
