-- One row per new osteoblastic lesion that was reported lytic or mixed at an earlier time point, or whose bone was.
-- A bone that is not named is no place.
with lytic_bone as (
    select
        patient_id,
        site,
        min(time_point) as first_lytic_point
    from lesion_history
    where morphology in ('osteolytic', 'mixed') and site not in ('other', 'unknown')
    group by patient_id, site
)

select lesion.row_number
from lesion_history as lesion
left join lytic_bone on lytic_bone.patient_id = lesion.patient_id and lytic_bone.site = lesion.site
where lesion.status = 'new'
    and lesion.morphology = 'osteoblastic'
    and (
        lesion.first_lytic_point < lesion.time_point
        or lytic_bone.first_lytic_point < lesion.time_point
    )
