-- One row per admitted assessment, in order: what it shows under this protocol, and its place in the course.
select
    imaging.assessment_id,
    imaging.assessment_date,
    point.time_point_date,
    imaging.modality,
    imaging.is_bone_window,
    imaging.extraosseous_response,
    imaging.is_evaluable,
    imaging.is_eligible,
    coalesce(scan.can_confirm, false) as can_confirm,
    coalesce(scan.is_read, false) as is_read,
    coalesce(scan.shows_candidate, false) as shows_candidate,
    coalesce(scan.is_extraosseous_pd, false) as is_extraosseous_pd,
    coalesce(scan.is_lysis_pd, false) as is_lysis_pd,
    coalesce(scan.is_new_lytic_pd, false) as is_new_lytic_pd,
    coalesce(scan.is_late_lesion_pd, false) as is_late_lesion_pd,
    coalesce(scan.is_worse_again_pd, false) as is_worse_again_pd,
    scan.is_after_start,
    scan.is_point_on_treatment
from imaging
join time_point as point on point.patient_id = imaging.patient_id and point.time_point = imaging.time_point
left join scan
    on scan.patient_id = imaging.patient_id and scan.assessment_id = imaging.assessment_id
order by imaging.assessment_date, imaging.assessment_id
