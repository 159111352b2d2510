-- One row per candidate and on-treatment time point: what the rule sets of response criteria look at.
-- Own lesions are the new osteoblastic lesions of the candidate's episode.
with own as (
    select
        reading.patient_id,
        reading.time_point_date,
        bool_or(
            reading.can_show_candidate
            and own.is_at_candidate
            and lesions.status <> 'resolved'
            and not coalesce(lesions.is_equivocal, false)
        ) as is_certain,
        bool_or(
            list_contains($progression_modalities, reading.modality)
            and lesions.status = 'larger'
            and not coalesce(lesions.is_equivocal, false)
        ) as is_larger,
        count(distinct lesions.lesion_id) filter (where own.is_at_candidate and lesions.status = 'resolved')
            as resolved_count
    from candidate
    join reading
        on reading.patient_id = candidate.patient_id
        and reading.time_point_date > candidate.event_date
        and reading.is_point_on_treatment
        and reading.is_evaluable
    join core.bone_lesions as lesions
        on lesions.registry = $registry and lesions.assessment_id = reading.assessment_id
    join episode_lesion as own
        on own.patient_id = reading.patient_id and own.lesion_id = lesions.lesion_id
    group by reading.patient_id, reading.time_point_date
),

seen as (
    select
        reading.patient_id,
        reading.time_point_date,
        bool_or(reading.can_show_candidate) as has_candidate_scan,
        bool_or(reading.is_evaluable and list_contains($progression_modalities, reading.modality)) as is_judged,
        bool_or(reading.is_extraosseous_pd or reading.is_lysis_pd or reading.is_new_lytic_pd) as has_pd,
        bool_or(reading.is_lysis_pd or reading.is_new_lytic_pd) as has_bone_pd,
        bool_or(reading.has_new_lesion and list_contains($progression_modalities, reading.modality))
            as has_new_lesion,
        -- More uptake on a bone scan may be flare.
        bool_or(reading.has_larger_lesion and reading.modality <> 'BONE_SCAN') as has_larger_lesion,
        bool_or(
            reading.is_evaluable
            and list_contains($progression_modalities, reading.modality)
            and reading.extraosseous_response in ('CR', 'PR')
        ) as has_response
    from candidate
    join reading
        on reading.patient_id = candidate.patient_id and reading.is_point_on_treatment
    group by reading.patient_id, reading.time_point_date
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
    coalesce(own.resolved_count = len(new_lesions.candidate_lesion_ids), false) as is_own_resolved
from seen
join new_lesions on new_lesions.patient_id = seen.patient_id
left join own on own.patient_id = seen.patient_id and own.time_point_date = seen.time_point_date
