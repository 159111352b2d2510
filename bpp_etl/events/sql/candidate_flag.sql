-- One row per candidate: the warning codes that hold whatever the call is.
with timed as (
    select
        candidate.patient_id,
        candidate.event_date - candidate.therapy_start_date as days_to_event,
        first_record.first_record_date - candidate.therapy_start_date as days_to_first_record,
        list_prepend(candidate.event_date, follow_up.confirming_ct_dates) as counted_dates,
        $long_gap_intervals * candidate.expected_interval_days as longest_gap_days
    from candidate
    join follow_up on follow_up.patient_id = candidate.patient_id
    left join first_record on first_record.patient_id = candidate.patient_id
),

-- A line that ended for progression is ended by one that is seen.
unseen_progression as (
    select episode.patient_id
    from candidate
    join episode on episode.patient_id = candidate.patient_id
    left join course_point as point
        on point.patient_id = episode.patient_id
        and point.is_after_start
        and point.has_pd
        and abs(point.time_point_date - coalesce(episode.line_end_date, episode.second_line_start_date))
            <= $progression_seen_days
    where episode.end_reason = 'progression' and point.patient_id is null
),

of_rows as (
    select
        patient_id,
        list(flag) as flags
    from row_flag
    group by patient_id
)

select
    candidate.patient_id,
    list_concat(
        coalesce(of_rows.flags, []),
        list_filter(
            [
                case when trail.is_bone_window_unknown then 'bone_window_unknown' end,
                case when trail.has_response_unrecorded then 'response_not_recorded' end,
                case when trail.has_larger_lytic_unread then 'larger_lytic_unread' end,
                case when trail.is_modality_changed then 'modality_changed' end,
                case when trail.has_unclear_lysis then 'unclear_lysis' end,
                case when new_lesions.has_equivocal_lesion then 'equivocal_lesion' end,
                case when new_lesions.is_equivocal_only then 'equivocal_only' end,
                case when lesion_past.is_site_lytic_before then 'same_site_lytic_before' end,
                case when verdict_course.is_irecist_late then 'irecist_confirmed_late' end,
                case when timed.days_to_event > $late_onset_days then 'late_onset' end,
                case when timed.days_to_event < $early_onset_days then 'early_onset' end,
                case when timed.days_to_first_record > $entered_late_days then 'entered_late' end,
                case
                    -- Where nothing has to confirm, no gap is one.
                    when $confirming_cts > 0
                    and list_bool_or(
                        list_transform(
                            range(1, len(timed.counted_dates)),
                            lambda place: timed.counted_dates[place + 1] - timed.counted_dates[place]
                                > timed.longest_gap_days
                        )
                    ) then 'long_gap'
                end,
                case when episode.is_cycle_length_assumed then 'cadence_fallback' end,
                case when episode.is_second_line_missing then 'second_line_missing' end,
                case when episode.is_maintenance then 'maintenance' end,
                case
                    when episode.end_reason in ('toxicity', 'completed', 'patient_choice', 'death', 'other')
                        then 'switched_for_other_reason'
                end,
                case when unseen_progression.patient_id is not null then 'progression_without_imaging' end,
                case when her2_known.patient_id is null then 'her2_not_tested' end,
                case when not her2_known.is_her2_known then 'her2_post_event' end,
                case when her2_known.is_her2_conflicting then 'her2_conflict' end,
                case when alp_course.alp_baseline is null then 'alp_baseline_missing' end,
                case when alp_course.alp_at_event is null then 'alp_at_event_missing' end
            ],
            lambda flag: flag is not null
        )
    ) as flags
from candidate
join timed on timed.patient_id = candidate.patient_id
join episode on episode.patient_id = candidate.patient_id
join trail on trail.patient_id = candidate.patient_id
join new_lesions on new_lesions.patient_id = candidate.patient_id
join verdict_course
    on verdict_course.patient_id = candidate.patient_id and verdict_course.scans_of = 'state'
join alp_course on alp_course.patient_id = candidate.patient_id
left join lesion_past on lesion_past.patient_id = candidate.patient_id
left join unseen_progression on unseen_progression.patient_id = candidate.patient_id
left join her2_known on her2_known.patient_id = candidate.patient_id and her2_known.asked = 'event'
left join of_rows on of_rows.patient_id = candidate.patient_id
