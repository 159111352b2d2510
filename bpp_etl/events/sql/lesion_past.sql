-- One row per candidate with a lytic or mixed lesion before it: whether one lay in the bone of a lesion that is new there.
-- A bone that is not named is no place. Of the lesion itself the gate flags its row.
with own as (
    select
        candidate.patient_id,
        candidate.event_date,
        episode_lesion.sites
    from candidate
    join episode_lesion on episode_lesion.patient_id = candidate.patient_id
    where episode_lesion.is_new_at_candidate
),

lytic_before as (
    select distinct
        scan.patient_id,
        case when lesions.site not in ('other', 'unknown') then lesions.site end as site
    from candidate
    join scan on scan.patient_id = candidate.patient_id and scan.time_point_date < candidate.event_date
    join core.bone_lesions as lesions
        on lesions.registry = $registry and lesions.assessment_id = scan.assessment_id
    where lesions.morphology in ('osteolytic', 'mixed')
)

select
    own.patient_id,
    bool_or(coalesce(list_contains(own.sites, lytic_before.site), false)) as is_site_lytic_before
from own
join lytic_before on lytic_before.patient_id = own.patient_id
group by own.patient_id
