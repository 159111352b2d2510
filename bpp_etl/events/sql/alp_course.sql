-- One row per candidate with a total ALP in any window: the value nearest to start, event and progression.
-- Nearest in days; of two days equally far the earlier one.
with placed as (
    select
        of_day.patient_id,
        of_day.value,
        of_day.is_median_of_day,
        of_day.is_unit_suspect,
        case
            when of_day.specimen_date <= candidate.therapy_start_date
                and of_day.specimen_date >= candidate.therapy_start_date - cast($alp_baseline_days as integer)
            then candidate.therapy_start_date - of_day.specimen_date
        end as baseline_order,
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
)

select
    patient_id,
    arg_min(value, baseline_order) as alp_baseline,
    arg_min(value, event_order) as alp_at_event,
    arg_min(value, progression_order) as alp_at_progression,
    coalesce(arg_min(is_median_of_day, baseline_order), false) as is_baseline_median,
    coalesce(arg_min(is_median_of_day, event_order), false) as is_event_median,
    coalesce(arg_min(is_median_of_day, progression_order), false) as is_progression_median,
    coalesce(arg_min(is_unit_suspect, baseline_order), false)
    or coalesce(arg_min(is_unit_suspect, event_order), false) as is_unit_suspect,
    coalesce(arg_min(is_unit_suspect, progression_order), false) as is_progression_unit_suspect
from placed
group by patient_id
