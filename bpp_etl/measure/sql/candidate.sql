-- One row per candidate of one protocol: whole days, and codes as places in the lists that are passed in.
-- A missing number is NaN; nothing is missing in days_followed, since without progression follow-up ends at the censor
-- date, and without that at the event; nor in days_observed, which ends at a progression whatever the state.
select
    event.registry,
    event.patient_id,
    cast(list_position($states, event.state) - 1 as tinyint) as state,
    cast(list_position($reasons, event.reason) - 1 as tinyint) as reason,
    cast(coalesce(list_position($her2_statuses, event.her2_status), len($her2_statuses) + 1) - 1 as tinyint) as her2,
    cast(list_contains(event.flags, 'refused_evidence') as tinyint) as evidence,
    coalesce(
        cast(case patients.er_status when 'positive' then 1 when 'negative' then 0 end as double), 'nan'
    ) as er_positive,
    coalesce((event.therapy_start_date - patients.birth_date) / 365.25, 'nan') as age_years,
    coalesce(event.alp_baseline, 'nan') as alp_baseline,
    event.days_to_event,
    greatest(coalesce(cast(event.onset_after - event.therapy_start_date as integer), 0), 0) as days_to_onset_after,
    event.has_progression,
    cast(coalesce(event.progression_date, event.censor_date, event.event_date) - event.event_date as integer)
        as days_followed,
    event.observed_progression_date is not null as has_observed_progression,
    cast(coalesce(event.observed_progression_date, event.censor_date, event.event_date) - event.event_date as integer)
        as days_observed,
    greatest(coalesce(cast(event.progression_after - event.event_date as integer), 0), 0)
        as days_to_progression_after,
    coalesce(cast(event.confirmation_date - event.event_date as integer), 0) as days_to_confirmation,
    -- A death competes while the line's appointments are kept: not after line 2 began, nor once
    -- follow-up counts as lost.
    coalesce(
        cast(
            case
                when event.has_progression or patients.death_date >= line.second_line_start_date then null
                when patients.death_date - coalesce(event.censor_date, event.event_date)
                    > $lost_after_intervals * line.expected_interval_days then null
                else patients.death_date - event.event_date
            end as double
        ),
        'nan'
    ) as days_to_death,
    coalesce(
        -- Whatever progressed besides what lies outside bone.
        event.progression_kind <> 'extraosseous', false
    ) as is_bone_progression,
    coalesce(event.alp_at_event - event.alp_baseline, 'nan') as alp_event_minus_baseline,
    coalesce(event.alp_at_progression - event.alp_baseline, 'nan') as alp_progression_minus_baseline,
    coalesce(event.alp_baseline_times_limit, 'nan') as alp_baseline_times_limit,
    coalesce(event.alp_at_event_times_limit, 'nan') as alp_event_times_limit,
    coalesce(event.alp_at_progression_times_limit, 'nan') as alp_progression_times_limit,
    -- Of patients with all three values, so that it is the difference of the two changes from baseline.
    case
        when event.alp_baseline is null then 'nan'
        else coalesce(event.alp_at_progression - event.alp_at_event, 'nan')
    end as alp_progression_minus_event,
    cast(coalesce(list_position($alp_categories, event.alp_category), 0) - 1 as tinyint) as alp_category,
    cast(coalesce(list_position($alp_categories, event.alp_category_progression), 0) - 1 as tinyint)
        as alp_category_progression,
    cast(list_position($recist11_verdicts, event.verdict_recist11) - 1 as tinyint) as recist11,
    cast(list_position($irecist_verdicts, event.verdict_irecist) - 1 as tinyint) as irecist,
    cast(list_position($irecist_line_verdicts, event.verdict_irecist_line) - 1 as tinyint) as irecist_line,
    cast(list_position($mda_verdicts, event.verdict_mda) - 1 as tinyint) as mda,
    cast(list_position($pcwg3_verdicts, event.verdict_pcwg3) - 1 as tinyint) as pcwg3
from event.pseudoprogression as event
join event.first_line as line
    on line.registry = event.registry and line.patient_id = event.patient_id and line.protocol = event.protocol
join core.patients as patients on patients.registry = event.registry and patients.patient_id = event.patient_id
where event.protocol = $protocol
