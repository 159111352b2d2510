-- One row per admitted lesion row: whose it is, of which day, where that day stands, and what was reported of the lesion.
-- First days are those of any report under the id: what lies before a row is what is of an earlier day than it.
with report as (
    select
        lesions.row_number,
        lesions.assessment_id,
        imaging.patient_id,
        imaging.assessment_date as report_date,
        imaging.is_eligible,
        lesions.lesion_id,
        lesions.site,
        lesions.morphology,
        lesions.status
    from core.bone_lesions as lesions
    join timeline.imaging as imaging on imaging.assessment_id = lesions.assessment_id
    where lesions.registry = $registry
),

lesion as (
    select
        patient_id,
        lesion_id,
        min(report_date) as first_date,
        min(report_date) filter (where morphology in ('osteolytic', 'mixed')) as first_lytic_date,
        min(report_date) filter (where status = 'resolved') as first_resolved_date,
        min(site) filter (where site not in ('other', 'unknown'))
            <> max(site) filter (where site not in ('other', 'unknown')) as has_several_sites,
        min(morphology) filter (where morphology <> 'unknown')
            <> max(morphology) filter (where morphology <> 'unknown') as has_several_morphologies
    from report
    group by patient_id, lesion_id
)

select
    report.row_number,
    report.patient_id,
    report.report_date,
    report.lesion_id,
    report.site,
    report.morphology,
    report.status,
    lesion.first_date,
    lesion.first_lytic_date,
    lesion.first_resolved_date,
    coalesce(lesion.has_several_sites, false) as has_several_sites,
    coalesce(lesion.has_several_morphologies, false) as has_several_morphologies,
    coalesce(
        report.is_eligible
        and report.report_date <= line.start_date
        and report.report_date >= line.start_date - cast($baseline_days as integer),
        false
    ) as is_on_baseline_ct,
    coalesce(
        report.report_date > line.start_date
        and report.report_date <= coalesce(line.last_treated_date, report.report_date),
        false
    ) as is_on_treatment
from report
join lesion on lesion.patient_id = report.patient_id and lesion.lesion_id = report.lesion_id
left join timeline.treatment_line as line on line.patient_id = report.patient_id and line.line_number = 1
