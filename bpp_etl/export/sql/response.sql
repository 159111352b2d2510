-- One row per patient with a first line and time point: its response as the protocol reads it, in bone and at all.
with seen as (
    select distinct assessment_id
    from core.bone_lesions
    where registry = $registry
),

read as (
    select
        scan.patient_id,
        scan.time_point_date,
        bool_or(scan.is_after_start) as is_after_start,
        bool_or(scan.is_point_on_treatment) as is_on_treatment,
        bool_or(scan.is_evaluable) as is_evaluable,
        bool_or(scan.is_pd) as has_pd,
        bool_or(scan.is_bone_pd) as has_bone_pd,
        bool_or(scan.shows_candidate) as has_new_osteoblastic,
        bool_or(scan.is_evaluable and seen.assessment_id is not null) as has_lesion,
        -- What the protocol does not take for progression is none, whoever wrote PD: a bone scan alone, for one.
        max(list_position(['CR', 'PR', 'SD', 'NON_CR_NON_PD'], scan.extraosseous_response))
            filter (where scan.is_evaluable) as worst_recorded
    from scan
    left join seen on seen.assessment_id = scan.assessment_id
    group by scan.patient_id, scan.time_point_date
)

select
    $registry as registry,
    patient_id,
    time_point_date,
    is_after_start,
    is_on_treatment,
    is_evaluable,
    has_new_osteoblastic,
    case when has_pd then 5 else coalesce(worst_recorded, 6) end as overall,
    case when has_bone_pd then 5 when has_lesion then 4 else 6 end as in_bone
from read
