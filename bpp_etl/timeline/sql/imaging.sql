-- One row per admitted imaging assessment: whether it can be judged, what of progression it records, its time point.
-- An assessment at most $time_point_days after the patient's previous one, of any modality and whether or not
-- it can be judged, joins its time point; so a time point is a chain and may be longer than the step.
with lesion_record as (
    select
        assessment_id,
        count(*) filter (where morphology in ('osteolytic', 'mixed') and lysis_change is null)
            as unread_lytic_count
    from core.bone_lesions
    where registry = $registry
    group by assessment_id
),

judged as (
    select
        imaging.patient_id,
        imaging.assessment_id,
        imaging.assessment_date,
        imaging.modality,
        imaging.is_bone_window,
        imaging.extraosseous_response,
        coalesce(imaging.is_evaluable, true)
        and (
            imaging.extraosseous_response is distinct from 'NE'
            or lesion_record.assessment_id is not null
        ) as is_evaluable,
        coalesce(imaging.extraosseous_response, 'NE') <> 'NE' as is_response_recorded,
        coalesce(lesion_record.unread_lytic_count, 0) = 0 as is_lysis_recorded,
        imaging.assessment_date - lag(imaging.assessment_date) over visits as days_since_previous
    from core.imaging_assessments as imaging
    left join lesion_record on lesion_record.assessment_id = imaging.assessment_id
    where imaging.registry = $registry
    window visits as (partition by imaging.patient_id order by imaging.assessment_date)
)

select
    patient_id,
    assessment_id,
    assessment_date,
    modality,
    is_bone_window,
    extraosseous_response,
    -- What nobody wrote down is not the absence of progression: of a response none or NE says nothing, of lysis
    -- a lytic or mixed lesion without its change.
    is_response_recorded,
    is_lysis_recorded,
    is_evaluable,
    -- An unknown bone window is accepted (and flagged where it carries a call); only a window that was not read is not.
    is_evaluable
    and list_contains($eligible_modalities, modality)
    and (is_bone_window is distinct from false or modality not in ('CT', 'PET_CT')) as is_eligible,
    cast(
        sum(case when days_since_previous <= $time_point_days then 0 else 1 end) over (
            -- By range, so that the assessments of one day count as one, in whatever order they come.
            partition by patient_id
            order by assessment_date
            range between unbounded preceding and current row
        ) as integer
    ) as time_point
from judged
