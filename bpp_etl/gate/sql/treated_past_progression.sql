-- One row per delivery: first lines on which a scan shows progression, those of them that went on for long after the first, and those on
-- which bone lesions show it.
with lysis as (
    select distinct assessment_id
    from core.bone_lesions
    where registry = $registry
        and lysis_change = 'increased'
        and morphology <> 'unknown'
        and not coalesce(is_equivocal, false)
),

on_first_line as (
    select
        imaging.patient_id,
        imaging.assessment_date,
        line.last_treated_date,
        imaging.is_evaluable
        and imaging.modality in ('CT', 'PET_CT', 'MRI')
        and (imaging.extraosseous_response = 'PD' or lysis.assessment_id is not null) as is_progression,
        lysis.assessment_id is not null as is_lysis
    from timeline.imaging as imaging
    join timeline.treatment_line as line on line.patient_id = imaging.patient_id and line.line_number = 1
    left join lysis on lysis.assessment_id = imaging.assessment_id
    where imaging.assessment_date > line.start_date
        and imaging.assessment_date <= coalesce(line.last_treated_date, imaging.assessment_date)
),

-- A line that goes on lasts to its last scan at least.
course as (
    select
        patient_id,
        min(assessment_date) filter (where is_progression) as progression_date,
        bool_or(is_progression and is_lysis) as is_in_bone,
        coalesce(any_value(last_treated_date), max(assessment_date)) as last_date
    from on_first_line
    group by patient_id
)

select
    count(progression_date) as line_count,
    count(*) filter (where last_date - progression_date > $long_after_days) as long_after_count,
    count(*) filter (where is_in_bone) as in_bone_count
from course
