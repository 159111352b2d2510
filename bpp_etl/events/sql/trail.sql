-- One row per candidate: the assessments behind the call, and the dates that bound onset and progression.
with seen as (
    select distinct
        candidate.patient_id,
        candidate.event_date,
        follow_up.progressed_on,
        follow_up.confirming_ct_dates,
        coalesce(baseline.baseline_assessment_ids, []) as baseline_assessment_ids,
        scan.assessment_id,
        scan.assessment_date,
        scan.time_point_date,
        scan.is_evaluable,
        scan.can_show_candidate,
        scan.can_confirm,
        scan.shows_candidate,
        scan.is_bone_window_unknown,
        scan.has_unclear_lysis,
        scan.has_larger_lytic_unread,
        scan.modality,
        scan.is_response_recorded,
        scan.is_on_treatment,
        scan.is_point_on_treatment,
        scan.is_pd
    from candidate
    join follow_up on follow_up.patient_id = candidate.patient_id
    join scan on scan.patient_id = candidate.patient_id
    left join baseline on baseline.patient_id = candidate.patient_id
),

placed as (
    select
        patient_id,
        assessment_id,
        assessment_date,
        baseline_assessment_ids,
        is_bone_window_unknown,
        modality,
        has_unclear_lysis and time_point_date >= event_date as has_unclear_lysis,
        has_larger_lytic_unread and time_point_date >= event_date as has_larger_lytic_unread,
        can_confirm
        -- A bone scan tells nothing outside bone.
        and modality <> 'BONE_SCAN'
        and not is_response_recorded
        and is_point_on_treatment
        and time_point_date >= event_date
        and time_point_date <= coalesce(progressed_on, time_point_date) as has_response_unrecorded,
        list_contains(baseline_assessment_ids, assessment_id) as is_baseline,
        shows_candidate and time_point_date = event_date as is_candidate,
        can_confirm and list_contains(confirming_ct_dates, time_point_date) as is_confirming,
        is_pd and time_point_date is not distinct from progressed_on as is_progression,
        is_evaluable and is_on_treatment as is_followed,
        can_show_candidate and assessment_date < event_date as is_before_onset,
        is_evaluable and not is_pd and assessment_date < progressed_on as is_before_progression
    from seen
)

select
    patient_id,
    any_value(baseline_assessment_ids) as baseline_assessment_ids,
    coalesce(
        list(assessment_id order by assessment_date, assessment_id) filter (where is_candidate), []
    ) as candidate_assessment_ids,
    coalesce(
        list(assessment_id order by assessment_date, assessment_id) filter (where is_confirming), []
    ) as confirming_assessment_ids,
    coalesce(
        list(assessment_id order by assessment_date, assessment_id) filter (where is_progression), []
    ) as progression_assessment_ids,
    max(assessment_date) filter (where is_followed) as last_followed_on,
    max(assessment_date) filter (where is_before_onset) as onset_after,
    max(assessment_date) filter (where is_before_progression) as progression_after,
    bool_or(is_bone_window_unknown and (is_baseline or is_candidate or is_confirming))
        as is_bone_window_unknown,
    bool_or(has_unclear_lysis) as has_unclear_lysis,
    bool_or(has_larger_lytic_unread) as has_larger_lytic_unread,
    bool_or(has_response_unrecorded) as has_response_unrecorded,
    -- A CT of a kind that no baseline was: a PET-CT sees other lesions than a CT does.
    coalesce(
        not list_has_all(
            list(modality) filter (where is_baseline),
            list(modality) filter (where is_candidate or is_confirming)
        ),
        false
    ) as is_modality_changed
from placed
group by patient_id
