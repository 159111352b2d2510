-- One row per candidate: everything that the rules may look at.
select
    candidate.patient_id,
    follow_up.has_pd_at_candidate,
    cast(len(trail.baseline_assessment_ids) as integer) as baseline_ct_count,
    follow_up.confirming_ct_count,
    cast($confirming_cts as integer) as required_confirming_ct_count,
    follow_up.later_pd_date,
    candidate.line_end_date + cast($progression_after_line_days as integer) as progression_counts_until,
    candidate.line_end_date,
    candidate.second_line_start_date,
    candidate.death_date,
    candidate.last_contact_date,
    cast($delivery_date as date)
    - cast($lost_after_intervals * candidate.expected_interval_days as integer) as lost_before_date,
    new_lesions.is_equivocal_only,
    equivocal_course.is_made_certain,
    follow_up.has_larger_at_candidate,
    follow_up.has_further_increase,
    bone_scan_course.first_scan_date,
    coalesce(bone_scan_course.first_scan_new_count, 0) >= $bone_scan_new_lesions as is_first_scan_rise,
    bone_scan_course.second_scan_date,
    coalesce(bone_scan_course.second_scan_added_count, 0) >= $bone_scan_new_lesions as is_second_scan_rise,
    bone_scan_course.later_rise_date,
    bone_scan_course.later_rise_left_count is not null as is_later_rise_checked,
    coalesce(bone_scan_course.later_rise_left_count, 0) >= $bone_scan_new_lesions as is_later_rise_lasting
from candidate
join follow_up on follow_up.patient_id = candidate.patient_id
join trail on trail.patient_id = candidate.patient_id
join new_lesions on new_lesions.patient_id = candidate.patient_id
left join equivocal_course on equivocal_course.patient_id = candidate.patient_id
left join bone_scan_course on bone_scan_course.patient_id = candidate.patient_id
