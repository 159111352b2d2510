-- One row per admitted imaging assessment: whether it can be judged, what of progression it records, its time point.
-- An assessment at most $time_point_days after the patient's previous one, of any modality and whether or not
-- it can be judged, joins its time point; so a time point is a chain and may be longer than the step.
with unread as (
    select distinct assessment_id
    from core.bone_lesions
    where registry = $registry and morphology in ('osteolytic', 'mixed') and lysis_change is null
),

-- Of a response that is NE nobody says more than that; the lesions beside it were seen all the same.
seen as (
    select distinct imaging.assessment_id
    from core.imaging_assessments as imaging
    join core.bone_lesions as lesions
        on lesions.registry = imaging.registry and lesions.assessment_id = imaging.assessment_id
    where imaging.registry = $registry and imaging.extraosseous_response = 'NE'
),

-- Two windows over all columns would take twice as long, and rows are found sooner by number than by id.
visit as (
    select
        row_number,
        patient_id,
        assessment_date,
        assessment_date - lag(assessment_date) over visits as days_since_previous
    from core.imaging_assessments
    where registry = $registry
    window visits as (partition by patient_id order by assessment_date)
),

numbered as (
    select
        row_number,
        cast(
            sum(case when days_since_previous <= $time_point_days then 0 else 1 end) over (
                -- By range, so that the assessments of one day count as one, in whatever order they come.
                partition by patient_id
                order by assessment_date
                range between unbounded preceding and current row
            ) as integer
        ) as time_point
    from visit
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
            or seen.assessment_id is not null
        ) as is_evaluable,
        coalesce(imaging.extraosseous_response, 'NE') <> 'NE' as is_response_recorded,
        unread.assessment_id is null as is_lysis_recorded,
        numbered.time_point
    from core.imaging_assessments as imaging
    join numbered on numbered.row_number = imaging.row_number
    left join seen on seen.assessment_id = imaging.assessment_id
    left join unread on unread.assessment_id = imaging.assessment_id
    where imaging.registry = $registry
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
    time_point
from judged
