-- One row per candidate and lesion of its episode, however often it showed what the protocol takes for a candidate.
-- Later such lesions on treatment belong to the episode of the candidate, unless they are progression.
select
    scan.patient_id,
    lesions.lesion_id,
    list(distinct lesions.site) as sites,
    min(scan.time_point_date) filter (where lesions.is_new) as first_new_date,
    bool_or(scan.time_point_date = candidate.event_date and lesions.is_sclerosis) as is_sclerosis_at_candidate,
    bool_or(scan.time_point_date = candidate.event_date and lesions.is_new) as is_new_at_candidate,
    bool_or(scan.time_point_date = candidate.event_date and lesions.is_new and not lesions.is_equivocal)
        as is_certain_new_at_candidate,
    bool_or(scan.time_point_date = candidate.event_date) as is_at_candidate,
    bool_or(scan.time_point_date = candidate.event_date and lesions.is_equivocal) as is_equivocal_at_candidate,
    bool_or(scan.time_point_date = candidate.event_date and not lesions.is_equivocal) as is_certain_at_candidate
from candidate
join course_point as point
    on point.patient_id = candidate.patient_id
    and point.is_on_treatment
    and (
        point.time_point_date = candidate.event_date
        or (
            $candidate_on = 'any'
            and point.time_point_date > candidate.event_date
            and not (point.has_late_lesion_pd or point.has_worse_again_pd)
        )
    )
join scan
    on scan.patient_id = point.patient_id
    and scan.time_point_date = point.time_point_date
    and scan.is_point_on_treatment
    and scan.shows_candidate
join candidate_lesion as lesions on lesions.assessment_id = scan.assessment_id
group by scan.patient_id, lesions.lesion_id
