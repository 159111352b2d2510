-- One row per admitted lesion row: whose it is, of when, where its day stands, and what was reported of the lesion.
-- Images of one time point see the same state of the disease: what lies before a row is of an earlier time point. The
-- first ones are those of any report under the id.
with report as (
    select
        lesions.row_number,
        lesions.assessment_id,
        imaging.patient_id,
        imaging.assessment_date as report_date,
        imaging.time_point,
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
        min(time_point) as first_point,
        min(time_point) filter (where morphology in ('osteolytic', 'mixed')) as first_lytic_point,
        min(time_point) filter (where morphology = 'osteoblastic') as first_dense_point,
        min(time_point) filter (where status = 'resolved') as first_resolved_point,
        min(site) filter (where site not in ('other', 'unknown'))
            <> max(site) filter (where site not in ('other', 'unknown')) as has_several_sites
    from report
    group by patient_id, lesion_id
)

select
    report.row_number,
    report.patient_id,
    report.time_point,
    report.lesion_id,
    report.site,
    report.morphology,
    report.status,
    lesion.first_date = report.report_date as is_on_first_day,
    lesion.first_point,
    lesion.first_lytic_point,
    lesion.first_dense_point,
    lesion.first_resolved_point,
    coalesce(lesion.has_several_sites, false) as has_several_sites,
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
