-- One row per patient whose course reached a candidate: the candidate and the line it belongs to.
select
    course.patient_id,
    course.first_candidate_date as event_date,
    episode.therapy_start_date,
    episode.line_end_date,
    episode.second_line_start_date,
    episode.last_treated_date,
    episode.expected_interval_days,
    episode.death_date,
    episode.last_contact_date
from course
join flow on flow.patient_id = course.patient_id
join episode on episode.patient_id = course.patient_id
where flow.left_at = 'candidate'
