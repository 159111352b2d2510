-- One row per scan with progression among over $most_scans time points in a row, on one line, that show it.
-- Only scans of patients who have so many with progression at all are looked at.
with scanned as materialized (
    select
        imaging.patient_id,
        imaging.assessment_id,
        imaging.assessment_date,
        imaging.time_point
    from timeline.imaging as imaging
    semi join (
        select patient_id
        from progression_scan
        group by patient_id
        having count(*) > $most_scans
    ) as suspected on suspected.patient_id = imaging.patient_id
    where imaging.is_evaluable and imaging.modality in ('CT', 'PET_CT', 'MRI')
),

seen as (
    select
        scanned.patient_id,
        line.line_number,
        scanned.time_point,
        bool_or(scan.assessment_id is not null) as has_progression
    from scanned
    join timeline.treatment_line as line
        on line.patient_id = scanned.patient_id
        and scanned.assessment_date > line.start_date
        and scanned.assessment_date <= coalesce(line.last_treated_date, scanned.assessment_date)
    left join progression_scan as scan on scan.assessment_id = scanned.assessment_id
    group by scanned.patient_id, line.line_number, scanned.time_point
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
        unnest(list(time_point)) as time_point
    from placed
    where has_progression
    group by patient_id, line_number, run
    having count(*) > $most_scans
)

select distinct imaging.row_number
from long_run
join progression_scan as scan
    on scan.patient_id = long_run.patient_id and scan.time_point = long_run.time_point
join core.imaging_assessments as imaging on imaging.assessment_id = scan.assessment_id
