-- One row per line whose first progression is seen too long after its end to be counted for it, and before the next.
with ended as (
    select
        line.row_number,
        line.patient_id,
        line.start_date,
        line.end_date,
        own.next_line_start_date
    from core.therapy_lines as line
    join timeline.treatment_line as own
        on own.patient_id = line.patient_id and own.line_number = line.line_number
    where line.end_date is not null and coalesce(line.end_reason, 'unknown') in ('progression', 'unknown')
),

progressed as (
    select
        ended.row_number,
        min(scan.assessment_date) - min(ended.end_date) as days_after_end
    from ended
    join progression_scan as scan
        on scan.patient_id = ended.patient_id
        and scan.assessment_date > ended.start_date
        and scan.assessment_date <= coalesce(ended.next_line_start_date, scan.assessment_date)
    group by ended.row_number
)

select row_number
from progressed
where days_after_end > $counted_days and days_after_end <= $next_ct_days
