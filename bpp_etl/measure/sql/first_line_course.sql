-- One row per patient with a first line whom any protocol leaves without a candidate: the last day of follow-up.
-- The event tables do not date it for such a patient; the scans are read again.
with without_candidate as (
    select
        line.registry,
        line.patient_id,
        min(line.start_date) filter (where line.line_number = 1) as start_date,
        least(
            min(line.end_date) filter (where line.line_number = 1),
            min(line.start_date) filter (where line.line_number = 2)
        ) as stop_date
    from core.therapy_lines as line
    semi join (
        select
            registry,
            patient_id
        from event.patient_flow
        where left_at not in ('no_first_line', 'candidate')
    ) as flow
        on flow.registry = line.registry and flow.patient_id = line.patient_id
    group by line.registry, line.patient_id
),

scan as (
    select
        without_candidate.registry,
        without_candidate.patient_id,
        imaging.assessment_id,
        imaging.assessment_date,
        imaging.extraosseous_response
    from without_candidate
    join core.imaging_assessments as imaging
        on imaging.registry = without_candidate.registry
        and imaging.patient_id = without_candidate.patient_id
        and imaging.assessment_date > without_candidate.start_date
        and imaging.assessment_date <= coalesce(without_candidate.stop_date, imaging.assessment_date)
    where coalesce(imaging.is_evaluable, true)
),

-- A response NE beside lesions that were read is no reason to leave the scan out.
read_after_all as (
    select distinct
        scan.registry,
        scan.assessment_id
    from scan
    join core.bone_lesions as lesions
        on lesions.registry = scan.registry and lesions.assessment_id = scan.assessment_id
    where scan.extraosseous_response = 'NE'
)

select
    scan.registry,
    scan.patient_id,
    max(scan.assessment_date) as last_seen_date
from scan
left join read_after_all
    on read_after_all.registry = scan.registry and read_after_all.assessment_id = scan.assessment_id
where scan.extraosseous_response is distinct from 'NE' or read_after_all.assessment_id is not null
group by scan.registry, scan.patient_id
