-- One row per candidate: everything that the rules may look at.
select
    candidate.patient_id,
    follow_up.has_pd_at_candidate,
    cast(len(trail.baseline_assessment_ids) as integer) as baseline_ct_count,
    follow_up.confirming_ct_count,
    follow_up.confirming_ct_count_if_read,
    cast($confirming_cts as integer) as required_confirming_ct_count,
    follow_up.later_pd_date,
    deciding_point.progression_counts_until,
    candidate.line_end_date,
    candidate.second_line_start_date,
    candidate.death_date,
    last_record.followed_until_date,
    -- Of a patient on a day zero that stands in nobody knows how long before the delivery the last record is.
    case
        when not coalesce(list_contains(patients.flags, 'day_zero_declared'), false)
            then
                cast($delivery_date as date)
                - cast($lost_after_intervals * candidate.expected_interval_days as integer)
    end as lost_before_date,
    candidate.event_date,
    deciding_point.decided_on,
    new_lesions.has_new_lesion,
    new_lesions.has_certain_new_lesion,
    new_lesions.has_sclerosis,
    of_line.is_made_certain,
    of_line.later_progression_date,
    of_line.has_bone_pd_at_candidate,
    of_line.has_larger_at_candidate,
    of_state.is_made_certain is not null as irecist_is_followed,
    of_state.irecist_suspected_on,
    of_state.irecist_confirmed_on,
    of_line.is_made_certain is not null as irecist_line_is_followed,
    of_line.irecist_suspected_on as irecist_line_suspected_on,
    of_line.irecist_confirmed_on as irecist_line_confirmed_on,
    pcwg3_course.first_scan_date,
    pcwg3_course.flare_rise_date,
    pcwg3_course.lasting_rise_date,
    pcwg3_course.open_rise_date
from candidate
join follow_up on follow_up.patient_id = candidate.patient_id
join deciding_point on deciding_point.patient_id = candidate.patient_id
join trail on trail.patient_id = candidate.patient_id
join last_record on last_record.patient_id = candidate.patient_id
join new_lesions on new_lesions.patient_id = candidate.patient_id
join core.patients as patients
    on patients.registry = $registry and patients.patient_id = candidate.patient_id
left join verdict_course as of_state
    on of_state.patient_id = candidate.patient_id and of_state.scans_of = 'state'
left join verdict_course as of_line
    on of_line.patient_id = candidate.patient_id and of_line.scans_of = 'line'
left join pcwg3_course on pcwg3_course.patient_id = candidate.patient_id
