-- One row per admitted assessment of a patient with a first line: what it shows under this protocol.
-- What cannot be judged shows nothing: neither a candidate, nor a confirmation, nor progression.
with shown as (
    select
        imaging.patient_id,
        imaging.assessment_id,
        imaging.assessment_date,
        point.time_point_date,
        imaging.modality,
        imaging.is_evaluable,
        imaging.is_eligible and list_contains($candidate_modalities, imaging.modality) as can_show_candidate,
        imaging.is_eligible and list_contains($confirming_modalities, imaging.modality) as can_confirm,
        imaging.is_bone_window is null and imaging.modality in ('CT', 'PET_CT') as is_bone_window_unknown,
        imaging.is_evaluable and list_contains($progression_modalities, imaging.modality) as can_progress,
        imaging.extraosseous_response,
        imaging.is_response_recorded,
        imaging.is_lysis_recorded,
        coalesce(finding.has_new_osteoblastic, false) as has_new_osteoblastic,
        coalesce(finding.has_lysis, false) as has_lysis,
        coalesce(finding.has_new_lytic, false) as has_new_lytic,
        imaging.is_evaluable and coalesce(finding.has_new_lesion, false) as has_new_lesion,
        imaging.is_evaluable and coalesce(finding.has_larger_lesion, false) as has_larger_lesion,
        imaging.is_evaluable and coalesce(finding.has_unclear_lysis, false) as has_unclear_lysis,
        imaging.is_evaluable and coalesce(finding.has_larger_lytic_unread, false) as has_larger_lytic_unread,
        imaging.assessment_date > episode.therapy_start_date
        and imaging.assessment_date <= coalesce(episode.last_treated_date, imaging.assessment_date)
            as is_on_treatment,
        -- A time point that spans a boundary stands on the side of its date.
        point.time_point_date > episode.therapy_start_date as is_after_start,
        point.time_point_date > episode.therapy_start_date
        and point.time_point_date <= coalesce(episode.last_treated_date, point.time_point_date)
            as is_point_on_treatment
    from imaging
    join episode on episode.patient_id = imaging.patient_id
    join time_point as point
        on point.patient_id = imaging.patient_id and point.time_point = imaging.time_point
    left join lesion_finding as finding on finding.assessment_id = imaging.assessment_id
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
    can_confirm
    and (is_response_recorded or not list_contains($read_for_progression, 'response'))
    and (is_lysis_recorded or not list_contains($read_for_progression, 'lysis')) as is_read,
    is_bone_window_unknown,
    can_show_candidate and has_new_osteoblastic as shows_candidate,
    can_progress
    and list_contains($progression_kinds, 'extraosseous')
    and extraosseous_response is not distinct from 'PD' as is_extraosseous_pd,
    can_progress and list_contains($progression_kinds, 'lysis') and has_lysis as is_lysis_pd,
    can_progress and list_contains($progression_kinds, 'new_lytic') and has_new_lytic as is_new_lytic_pd,
    has_new_lesion,
    has_larger_lesion,
    has_unclear_lysis,
    has_larger_lytic_unread,
    extraosseous_response,
    is_response_recorded,
    is_on_treatment,
    is_after_start,
    is_point_on_treatment
from shown
