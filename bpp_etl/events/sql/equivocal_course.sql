-- One row per candidate that rests on equivocal lesions alone: whether a later CT made one of them certain.
with later as (
    select
        candidate.patient_id,
        reading.assessment_id
    from new_lesions
    join candidate on candidate.patient_id = new_lesions.patient_id
    join reading
        on reading.patient_id = candidate.patient_id
        and reading.time_point_date > candidate.event_date
        and reading.is_point_on_treatment
        and reading.can_show_candidate
    where new_lesions.is_equivocal_only
),

certain as (
    select distinct later.patient_id
    from later
    join core.bone_lesions as lesions
        on lesions.registry = $registry
        and lesions.assessment_id = later.assessment_id
        and lesions.status <> 'resolved'
        and not coalesce(lesions.is_equivocal, false)
    join episode_lesion as own
        on own.patient_id = later.patient_id
        and own.lesion_id = lesions.lesion_id
        and own.is_at_candidate
)

select distinct
    later.patient_id,
    certain.patient_id is not null as is_made_certain
from later
left join certain on certain.patient_id = later.patient_id
