-- One row per patient and id of a lesion: when it was first and last reported as what.
-- It says of which patients the history is to be looked at row by row.
with report as (
    select
        imaging.patient_id,
        lesions.lesion_id,
        imaging.assessment_date as report_date,
        imaging.time_point,
        case when lesions.site not in ('other', 'unknown') then lesions.site end as named_site,
        lesions.morphology in ('osteolytic', 'mixed') as has_lysis,
        lesions.morphology = 'osteolytic' as is_lytic,
        lesions.morphology = 'osteoblastic' as is_dense,
        lesions.status = 'new' as is_new,
        lesions.status = 'baseline' as is_baseline,
        lesions.status = 'resolved' as is_resolved
    from core.bone_lesions as lesions
    join timeline.imaging as imaging on imaging.assessment_id = lesions.assessment_id
    where lesions.registry = $registry
)

select
    patient_id,
    lesion_id,
    min(report_date) as first_date,
    min(time_point) as first_point,
    min(time_point) filter (where has_lysis) as first_lytic_point,
    min(time_point) filter (where is_dense) as first_dense_point,
    min(time_point) filter (where is_resolved) as first_resolved_point,
    max(time_point) filter (where not is_resolved) as last_point_there,
    max(time_point) filter (where is_lytic) as last_lytic_point,
    max(time_point) filter (where is_new) as last_new_point,
    max(time_point) filter (where is_new and is_dense) as last_new_dense_point,
    min(report_date) filter (where is_new) as first_new_date,
    max(report_date) filter (where is_baseline) as last_baseline_date,
    -- Stable, larger or smaller.
    min(report_date) filter (where not (is_new or is_baseline or is_resolved)) as first_compared_date,
    min(named_site) as first_site,
    max(named_site) as last_site
from report
group by patient_id, lesion_id
