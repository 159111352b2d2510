-- One row per admitted assessment of a patient with a first line: what it shows under this protocol.
-- What cannot be judged shows nothing: neither a candidate, nor a confirmation, nor progression.
with finding as (
    select
        assessment_id,
        bool_or(not is_equivocal) as is_certain
    from candidate_lesion
    group by assessment_id
),

-- Read twice only where another finding is progression; a copy of it would be one of every assessment.
shown as not materialized (
    select
        imaging.patient_id,
        imaging.assessment_id,
        imaging.assessment_date,
        point.time_point_date,
        imaging.modality,
        imaging.is_evaluable,
        imaging.is_eligible and list_contains($candidate_modalities, imaging.modality) as can_show_candidate,
        imaging.is_eligible and list_contains($confirming_modalities, imaging.modality) as can_be_compared,
        coalesce(lesion_finding.has_better_lesion, false) as has_better_lesion,
        $confirming_finding = 'better' and coalesce(lesion_finding.has_worse_lesion, false) as has_worse_lesion,
        imaging.is_bone_window is null and imaging.modality in ('CT', 'PET_CT') as is_bone_window_unknown,
        imaging.is_evaluable and list_contains($progression_modalities, imaging.modality) as can_progress,
        imaging.extraosseous_response,
        imaging.is_response_recorded,
        imaging.is_lysis_recorded,
        finding.assessment_id is not null as has_finding,
        coalesce(finding.is_certain, false) as is_finding_certain,
        coalesce(lesion_finding.has_lysis, false) as has_lysis,
        coalesce(lesion_finding.has_new_lytic, false) as has_new_lytic,
        imaging.is_evaluable and coalesce(lesion_finding.has_new_lesion, false) as has_new_lesion,
        imaging.is_evaluable and coalesce(lesion_finding.has_larger_lesion, false) as has_larger_lesion,
        imaging.is_evaluable and coalesce(lesion_finding.has_unclear_lysis, false) as has_unclear_lysis,
        imaging.is_evaluable and coalesce(lesion_finding.has_larger_lytic_unread, false)
            as has_larger_lytic_unread,
        imaging.assessment_date > episode.therapy_start_date
        and imaging.assessment_date <= coalesce(episode.last_treated_date, imaging.assessment_date)
            as is_on_treatment,
        -- A time point that spans a boundary stands on the side of its date.
        point.time_point_date > episode.therapy_start_date as is_after_start,
        point.time_point_date > episode.therapy_start_date
        and point.time_point_date <= coalesce(episode.last_treated_date, point.time_point_date)
            as is_point_on_treatment,
        -- What lasts longer than a flare can is none.
        coalesce(
            point.time_point_date > episode.therapy_start_date + cast($flare_until_days as integer), false
        ) as is_late
    from imaging
    join episode on episode.patient_id = imaging.patient_id
    join time_point as point
        on point.patient_id = imaging.patient_id and point.time_point = imaging.time_point
    left join lesion_finding on lesion_finding.assessment_id = imaging.assessment_id
    left join finding on finding.assessment_id = imaging.assessment_id
),

-- Where what confirms has to be better, what is worse again is progression.
first_worse as (
    select
        patient_id,
        min(time_point_date) as first_worse_date
    from shown
    where $confirming_finding = 'better' and has_finding and is_point_on_treatment
    group by patient_id
),

told as (
    select
        shown.patient_id,
        shown.assessment_id,
        shown.assessment_date,
        shown.time_point_date,
        shown.modality,
        shown.is_evaluable,
        shown.can_show_candidate,
        shown.can_be_compared and ($confirming_finding <> 'better' or shown.has_better_lesion) as can_confirm,
        shown.can_be_compared and shown.has_worse_lesion as is_worse,
        shown.is_bone_window_unknown,
        -- In doubt, what comes late is neither flare nor progression.
        shown.has_finding and (shown.is_finding_certain or not shown.is_late) as shows_candidate,
        shown.can_progress
        and list_contains($progression_kinds, 'extraosseous')
        and shown.extraosseous_response is not distinct from 'PD' as is_extraosseous_pd,
        shown.can_progress and list_contains($progression_kinds, 'lysis') and shown.has_lysis as is_lysis_pd,
        shown.can_progress and list_contains($progression_kinds, 'new_lytic') and shown.has_new_lytic
            as is_new_lytic_pd,
        shown.is_finding_certain and shown.is_late as is_late_lesion_pd,
        shown.can_be_compared
        and shown.has_worse_lesion
        and (shown.has_new_lesion or shown.has_larger_lesion)
        and coalesce(shown.time_point_date > first_worse.first_worse_date, false) as is_worse_again_pd,
        shown.has_new_lesion,
        shown.has_larger_lesion,
        shown.has_unclear_lysis,
        shown.has_larger_lytic_unread,
        shown.extraosseous_response,
        shown.is_response_recorded,
        shown.is_lysis_recorded,
        shown.is_on_treatment,
        shown.is_after_start,
        shown.is_point_on_treatment
    from shown
    left join first_worse on first_worse.patient_id = shown.patient_id
)

select
    patient_id,
    assessment_id,
    assessment_date,
    time_point_date,
    modality,
    is_evaluable,
    can_show_candidate,
    can_confirm,
    is_worse,
    can_confirm
    and (is_response_recorded or not list_contains($read_for_progression, 'response'))
    and (is_lysis_recorded or not list_contains($read_for_progression, 'lysis')) as is_read,
    is_bone_window_unknown,
    shows_candidate,
    is_extraosseous_pd,
    is_lysis_pd,
    is_new_lytic_pd,
    is_late_lesion_pd,
    is_worse_again_pd,
    is_lysis_pd or is_new_lytic_pd or is_late_lesion_pd or is_worse_again_pd as is_bone_pd,
    is_extraosseous_pd or is_lysis_pd or is_new_lytic_pd or is_late_lesion_pd or is_worse_again_pd as is_pd,
    has_new_lesion,
    has_larger_lesion,
    has_unclear_lysis,
    has_larger_lytic_unread,
    extraosseous_response,
    is_response_recorded,
    is_on_treatment,
    is_after_start,
    is_point_on_treatment
from told
