-- One row per admitted patient: how far the first-line course went towards a candidate.
with seen as (
    select
        patient_id,
        count(*) filter (where is_on_treatment and has_candidate_scan) as on_treatment_ct_count,
        min(time_point_date) filter (where is_on_treatment and shows_candidate) as first_shown_date,
        min(time_point_date) filter (where is_on_treatment and has_candidate_scan) as first_ct_date,
        min(time_point_date) filter (where is_after_start and has_pd) as first_pd_date
    from course_point
    group by patient_id
)

select distinct
    patients.patient_id,
    episode.patient_id is not null as has_first_line,
    -- A side that is not set is open. A start that is counted from a day zero which stands in is on no day.
    coalesce(
        (
            coalesce($first_line_from, $first_line_to) is null
            or not coalesce(list_contains(patients.flags, 'day_zero_declared'), false)
        )
        and episode.therapy_start_date >= coalesce(cast($first_line_from as date), episode.therapy_start_date)
        and episode.therapy_start_date <= coalesce(cast($first_line_to as date), episode.therapy_start_date),
        false
    ) as is_in_window,
    coalesce(seen.on_treatment_ct_count, 0) as on_treatment_ct_count,
    case when $candidate_on = 'any' or seen.first_shown_date = seen.first_ct_date then seen.first_shown_date end
        as first_candidate_date,
    seen.first_ct_date,
    seen.first_pd_date
from core.patients as patients
left join episode on episode.patient_id = patients.patient_id
left join seen on seen.patient_id = patients.patient_id
where patients.registry = $registry
