-- One row per undecided candidate and missing thing: since when it is missing, and when its evidence would lie.
with undecided as (
    select
        decided.patient_id,
        decided.reason,
        candidate.event_date,
        candidate.therapy_start_date,
        candidate.second_line_start_date,
        evidence.baseline_ct_count = 0 as is_baseline_missing,
        evidence.later_pd_date,
        least(evidence.progression_counts_until, evidence.second_line_start_date, evidence.death_date)
            as progression_until,
        alp_course.alp_baseline is null as is_alp_baseline_missing,
        alp_course.alp_at_event is null as is_alp_at_event_missing
    from decided
    join candidate on candidate.patient_id = decided.patient_id
    join evidence on evidence.patient_id = decided.patient_id
    join alp_course on alp_course.patient_id = decided.patient_id
    where decided.state = 'indeterminate'
),

-- CTs that would confirm, by their day, if they were read for progression.
not_read as (
    select
        undecided.patient_id,
        min(scan.assessment_date) as first_date,
        max(scan.assessment_date) as last_date,
        list(scan.assessment_id order by scan.assessment_date, scan.assessment_id) as assessment_ids
    from undecided
    join follow_up on follow_up.patient_id = undecided.patient_id
    join scan
        on scan.patient_id = undecided.patient_id
        and scan.can_confirm
        and list_contains(follow_up.unread_ct_dates, scan.time_point_date)
    where not undecided.is_baseline_missing
    group by undecided.patient_id
),

without_response as (
    select
        undecided.patient_id,
        min(imaging.assessment_date) as first_date,
        max(imaging.assessment_date) as last_date,
        list(imaging.assessment_id order by imaging.assessment_date, imaging.assessment_id) as assessment_ids
    from undecided
    join scan
        on scan.patient_id = undecided.patient_id
        and scan.time_point_date >= undecided.event_date
        and list_contains($progression_modalities, scan.modality)
    join core.imaging_assessments as imaging
        on imaging.registry = $registry and imaging.assessment_id = scan.assessment_id
    left join not_read on not_read.patient_id = undecided.patient_id
    where
        list_contains($progression_kinds, 'extraosseous')
        and coalesce(imaging.extraosseous_response, 'NE') = 'NE'
        and coalesce(imaging.is_evaluable, true)
        and not coalesce(list_contains(not_read.assessment_ids, scan.assessment_id), false)
        -- Without a baseline CT only progression at the candidate itself decides.
        and (
            scan.time_point_date = undecided.event_date
            or (
                not undecided.is_baseline_missing
                and scan.time_point_date <= coalesce(undecided.progression_until, scan.time_point_date)
            )
        )
    group by undecided.patient_id
),

asked_for_ct as (
    select
        undecided.patient_id,
        undecided.event_date,
        undecided.is_baseline_missing,
        undecided.progression_until,
        lacking_ct.lacking,
        lacking_ct.since,
        lacking_ct.first_date,
        lacking_ct.last_date,
        lacking_ct.is_enough
    from undecided
    join lacking_ct on lacking_ct.patient_id = undecided.patient_id
    -- Where reading the CTs that are there would confirm it, no other is asked for; nor where only the baseline
    -- keeps a progression from counting.
    where undecided.reason <> 'progression_not_read'
        and (
            undecided.later_pd_date is null
            or undecided.later_pd_date > coalesce(undecided.progression_until, undecided.later_pd_date)
        )
),

asked as (
    select
        patient_id,
        'baseline_ct' as missing,
        therapy_start_date as since,
        therapy_start_date - cast($baseline_window_days as integer) as look_from,
        therapy_start_date as look_until,
        1 as lacking,
        cast([] as varchar[]) as assessment_ids
    from undecided
    where is_baseline_missing
    union all
    select
        patient_id,
        'confirming_ct' as missing,
        since,
        first_date as look_from,
        last_date as look_until,
        lacking,
        [] as assessment_ids
    from asked_for_ct
    where is_enough
    union all
    select
        patient_id,
        'progression_evidence' as missing,
        since,
        event_date as look_from,
        progression_until as look_until,
        1 as lacking,
        [] as assessment_ids
    from asked_for_ct
    where not is_baseline_missing and not is_enough
    union all
    select
        patient_id,
        'progression_reading' as missing,
        first_date as since,
        first_date as look_from,
        last_date as look_until,
        len(assessment_ids) as lacking,
        assessment_ids
    from not_read
    union all
    select
        patient_id,
        'response' as missing,
        first_date as since,
        first_date as look_from,
        last_date as look_until,
        len(assessment_ids) as lacking,
        assessment_ids
    from without_response
    union all
    select
        patient_id,
        'alp_baseline' as missing,
        therapy_start_date as since,
        therapy_start_date - cast($alp_baseline_days as integer) as look_from,
        therapy_start_date as look_until,
        1 as lacking,
        [] as assessment_ids
    from undecided
    where is_alp_baseline_missing
    union all
    select
        patient_id,
        'alp_at_event' as missing,
        event_date as since,
        event_date - cast($alp_event_days as integer) as look_from,
        least(event_date + cast($alp_event_days as integer), second_line_start_date) as look_until,
        1 as lacking,
        [] as assessment_ids
    from undecided
    where is_alp_at_event_missing
)

select
    $registry as registry,
    asked.patient_id,
    $protocol as protocol,
    undecided.reason,
    asked.missing,
    asked.since,
    asked.look_from,
    asked.look_until,
    cast(asked.lacking as integer) as lacking,
    asked.assessment_ids,
    replace(
        list_extract($closing_evidence, list_position($missing_things, asked.missing)),
        '{lacking}',
        cast(asked.lacking as varchar)
    ) as closed_by
from asked
join undecided on undecided.patient_id = asked.patient_id
order by asked.patient_id, list_position($missing_things, asked.missing)
