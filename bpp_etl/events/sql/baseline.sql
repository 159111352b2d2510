-- One row per patient with a first line and a baseline CT: the scans that serve as baseline, and the lesions on them.
-- A scan counts by its own day, up to and including the start of line 1.
with baseline_scan as (
    select distinct
        scan.patient_id,
        scan.assessment_id,
        scan.assessment_date
    from scan
    join episode on episode.patient_id = scan.patient_id
    where scan.can_show_candidate
        and scan.assessment_date <= episode.therapy_start_date
        and scan.assessment_date >= episode.therapy_start_date - cast($baseline_window_days as integer)
),

lesion as (
    select
        baseline_scan.patient_id,
        count(distinct lesions.lesion_id) as lesion_count
    from baseline_scan
    join core.bone_lesions as lesions
        on lesions.registry = $registry and lesions.assessment_id = baseline_scan.assessment_id
    group by baseline_scan.patient_id
)

select
    baseline_scan.patient_id,
    list(baseline_scan.assessment_id order by baseline_scan.assessment_date, baseline_scan.assessment_id)
        as baseline_assessment_ids,
    cast(coalesce(any_value(lesion.lesion_count), 0) as integer) as baseline_lesion_count
from baseline_scan
left join lesion on lesion.patient_id = baseline_scan.patient_id
group by baseline_scan.patient_id
