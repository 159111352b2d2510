-- One row per scan with progression among over $most_scans time points in a row, on one line, that show it.
-- Only of patients who have so many at all.
with patient as (
    select patient_id
    from progression_scan
    group by patient_id
    having count(distinct time_point) > $most_scans
),

seen as (
    select
        imaging.patient_id,
        line.line_number,
        imaging.time_point,
        bool_or(scan.assessment_id is not null) as has_progression
    from timeline.imaging as imaging
    semi join patient on patient.patient_id = imaging.patient_id
    join timeline.treatment_line as line
        on line.patient_id = imaging.patient_id
        and imaging.assessment_date > line.start_date
        and imaging.assessment_date <= coalesce(line.end_date, imaging.assessment_date)
        and (line.next_line_start_date is null or imaging.assessment_date < line.next_line_start_date)
    left join progression_scan as scan on scan.assessment_id = imaging.assessment_id
    where imaging.is_evaluable and imaging.modality in ('CT', 'PET_CT', 'MRI')
    group by imaging.patient_id, line.line_number, imaging.time_point
),

-- Time points of one kind in a row share how many of the other kind came before.
placed as (
    select
        patient_id,
        line_number,
        time_point,
        has_progression,
        count(*) filter (where not has_progression) over (
            partition by patient_id, line_number order by time_point
        ) as run
    from seen
),

long_run as (
    select
        patient_id,
        line_number,
        run
    from placed
    where has_progression
    group by patient_id, line_number, run
    having count(*) > $most_scans
)

select distinct imaging.row_number
from placed
join long_run
    on long_run.patient_id = placed.patient_id
    and long_run.line_number = placed.line_number
    and long_run.run = placed.run
join progression_scan as scan on scan.patient_id = placed.patient_id and scan.time_point = placed.time_point
join core.imaging_assessments as imaging on imaging.assessment_id = scan.assessment_id
where placed.has_progression
