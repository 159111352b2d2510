-- One row per line that ended for progression without a scan near its end, or the start of the next, that shows one.
with ended as (
    select
        line.row_number,
        line.patient_id,
        coalesce(line.end_date, own.next_line_start_date) as ended_on
    from core.therapy_lines as line
    join timeline.treatment_line as own
        on own.patient_id = line.patient_id and own.line_number = line.line_number
    where line.end_reason = 'progression'
)

select ended.row_number
from ended
anti join progression_scan as scan
    on scan.patient_id = ended.patient_id
    and abs(scan.assessment_date - ended.ended_on) <= $seen_within_days
where ended.ended_on is not null
