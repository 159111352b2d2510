-- One row per candidate and new osteoblastic lesion of its episode, however often it was seen as new.
-- Later new osteoblastic lesions on treatment belong to the episode of the candidate.
select
    scan.patient_id,
    lesions.lesion_id,
    list(distinct lesions.site) as sites,
    min(scan.time_point_date) as first_new_date,
    bool_or(scan.time_point_date = candidate.event_date) as is_at_candidate,
    bool_or(
        scan.time_point_date = candidate.event_date and coalesce(lesions.is_equivocal, false)
    ) as is_equivocal_at_candidate,
    bool_or(
        scan.time_point_date = candidate.event_date and not coalesce(lesions.is_equivocal, false)
    ) as is_certain_at_candidate
from candidate
join scan
    on scan.patient_id = candidate.patient_id
    and scan.time_point_date >= candidate.event_date
    and scan.is_point_on_treatment
    and scan.shows_candidate
join core.bone_lesions as lesions
    on lesions.registry = $registry
    and lesions.assessment_id = scan.assessment_id
    and lesions.status = 'new'
    and lesions.morphology = 'osteoblastic'
anti join known_lesion
    on known_lesion.assessment_id = lesions.assessment_id and known_lesion.lesion_id = lesions.lesion_id
group by scan.patient_id, lesions.lesion_id
