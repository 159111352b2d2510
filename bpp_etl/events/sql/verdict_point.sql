-- One row per candidate and on-treatment time point: what the rule sets of response criteria look at.
-- Own lesions are the new ones of the candidate's episode, from the time point that first shows them as new.
-- What only this protocol takes for progression, a late lesion or one that is worse again, is none of theirs.
with own as (
    select
        scan.patient_id,
        scan.time_point_date,
        bool_or(
            scan.can_show_candidate
            and own.is_new_at_candidate
            and lesions.status <> 'resolved'
            and not coalesce(lesions.is_equivocal, false)
        ) as is_certain,
        bool_or(
            list_contains($progression_modalities, scan.modality)
            and lesions.status = 'larger'
            and scan.time_point_date >= own.first_new_date
            and not coalesce(lesions.is_equivocal, false)
        ) as is_larger,
        count(distinct lesions.lesion_id) filter (where own.is_new_at_candidate and lesions.status = 'resolved')
            as resolved_count
    from candidate
    join scan
        on scan.patient_id = candidate.patient_id
        and scan.time_point_date > candidate.event_date
        and scan.is_point_on_treatment
        and scan.is_evaluable
    join core.bone_lesions as lesions
        on lesions.registry = $registry and lesions.assessment_id = scan.assessment_id
    join episode_lesion as own
        on own.patient_id = scan.patient_id and own.lesion_id = lesions.lesion_id
    group by scan.patient_id, scan.time_point_date
),

seen as (
    select
        scan.patient_id,
        scan.time_point_date,
        bool_or(scan.can_show_candidate) as has_candidate_scan,
        bool_or(scan.is_evaluable and list_contains($progression_modalities, scan.modality)) as is_judged,
        bool_or(scan.is_extraosseous_pd or scan.is_lysis_pd or scan.is_new_lytic_pd) as has_pd,
        bool_or(scan.is_lysis_pd or scan.is_new_lytic_pd) as has_bone_pd,
        bool_or(scan.has_new_lesion and list_contains($progression_modalities, scan.modality))
            as has_new_lesion,
        -- More uptake on a bone scan may be flare.
        bool_or(scan.has_larger_lesion and scan.modality <> 'BONE_SCAN') as has_larger_lesion,
        bool_or(
            scan.is_evaluable
            and list_contains($progression_modalities, scan.modality)
            and scan.extraosseous_response in ('CR', 'PR')
        ) as has_response
    from candidate
    join scan
        on scan.patient_id = candidate.patient_id and scan.is_point_on_treatment
    group by scan.patient_id, scan.time_point_date
)

select
    seen.patient_id,
    seen.time_point_date,
    seen.has_candidate_scan,
    seen.is_judged,
    seen.has_pd,
    seen.has_bone_pd,
    seen.has_new_lesion,
    seen.has_larger_lesion,
    coalesce(seen.has_response, false) as has_response,
    coalesce(own.is_certain, false) as is_own_certain,
    coalesce(own.is_larger, false) as is_own_larger,
    coalesce(own.resolved_count > 0 and own.resolved_count = new_lesions.candidate_new_lesion_count, false)
        as is_own_resolved
from seen
join new_lesions on new_lesions.patient_id = seen.patient_id
left join own on own.patient_id = seen.patient_id and own.time_point_date = seen.time_point_date
