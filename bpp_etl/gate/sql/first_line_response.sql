-- One row per response that is recorded on eligible CTs on first-line treatment: how many of them say it.
select
    imaging.extraosseous_response as code,
    count(*) as row_count
from timeline.imaging as imaging
join timeline.treatment_line as line on line.patient_id = imaging.patient_id and line.line_number = 1
where imaging.is_eligible
    and imaging.is_response_recorded
    and imaging.assessment_date > line.start_date
    and imaging.assessment_date <= coalesce(line.last_treated_date, imaging.assessment_date)
group by imaging.extraosseous_response
