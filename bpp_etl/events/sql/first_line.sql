-- One row per patient with an admitted line 1 in the protocol's calendar window, and protocol: the line, its follow-up, and what was known at its start.
with followed as (
    select
        patient_id,
        max(assessment_date) as last_evaluated_date
    from scan
    where is_evaluable and is_on_treatment
    group by patient_id
)

select
    $registry as registry,
    episode.patient_id,
    $protocol as protocol,
    episode.therapy_start_date,
    episode.line_end_date,
    episode.second_line_start_date,
    least(episode.line_end_date, episode.second_line_start_date) as line_stop_date,
    least(
        episode.line_end_date + cast($progression_after_line_days as integer), episode.second_line_start_date
    ) as progression_until,
    episode.cycle_length_days,
    episode.expected_interval_days,
    episode.line_count,
    followed.last_evaluated_date,
    course.first_pd_date as first_progression_date,
    cast(coalesce(len(baseline.baseline_assessment_ids), 0) as integer) as baseline_ct_count,
    baseline.baseline_lesion_count,
    alp_baseline.alp_baseline,
    her2_known.her2_status as her2_status_at_start
from episode
join course on course.patient_id = episode.patient_id and course.is_in_window
left join followed on followed.patient_id = episode.patient_id
left join baseline on baseline.patient_id = episode.patient_id
left join alp_baseline on alp_baseline.patient_id = episode.patient_id
left join her2_known on her2_known.patient_id = episode.patient_id and her2_known.asked = 'start'
order by episode.patient_id
