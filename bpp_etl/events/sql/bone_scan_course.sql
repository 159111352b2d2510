-- One row per candidate with a bone scan on treatment: the counts that the two-plus-two rule asks for.
-- The first scan is the new reference; later counts leave its own new lesions out.
with ordered as (
    select
        patient_id,
        assessment_date,
        new_count,
        resolved_count,
        min(assessment_date) over (partition by patient_id) as first_scan_date
    from bone_scan
),

running as (
    select
        patient_id,
        assessment_date,
        new_count,
        first_scan_date,
        sum(case when assessment_date > first_scan_date then new_count else 0 end) over so_far as new_so_far,
        sum(
            case when assessment_date > first_scan_date then new_count - resolved_count else 0 end
        ) over so_far as left_so_far
    from ordered
    window so_far as (
        partition by patient_id order by assessment_date range between unbounded preceding and current row
    )
),

dated as (
    select
        patient_id,
        assessment_date,
        new_count,
        first_scan_date,
        new_so_far,
        left_so_far,
        min(assessment_date) filter (
            where assessment_date >= first_scan_date + cast($bone_scan_confirming_days as integer)
        ) over (partition by patient_id) as second_scan_date,
        min(assessment_date) filter (where new_so_far >= $bone_scan_new_lesions) over (
            partition by patient_id
        ) as later_rise_date
    from running
)

select
    patient_id,
    any_value(first_scan_date) as first_scan_date,
    sum(new_count) filter (where assessment_date = first_scan_date) as first_scan_new_count,
    any_value(second_scan_date) as second_scan_date,
    max(new_so_far) filter (where assessment_date <= second_scan_date) as second_scan_added_count,
    any_value(later_rise_date) as later_rise_date,
    max(left_so_far) filter (
        where assessment_date >= later_rise_date + cast($bone_scan_confirming_days as integer)
    ) as later_rise_left_count
from dated
group by patient_id
