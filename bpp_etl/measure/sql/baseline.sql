-- One row per patient with a first line: what was known on the day it began, whatever became of the patient later.
-- Only `recorded_lines` grows with follow-up. What is missing is null.
with line as (
    select
        registry,
        patient_id,
        max(start_date) filter (where line_number = 1) as start_date,
        any_value(cycle_length_days) filter (where line_number = 1) as cycle_length_days,
        count(*) as recorded_lines
    from core.therapy_lines
    group by registry, patient_id
    having start_date is not null
),

her2_test as (
    select
        line.registry,
        line.patient_id,
        tests.her2_status,
        rank() over (
            partition by line.registry, line.patient_id
            order by
                case tests.specimen_site when 'metastasis' then 1 when 'primary' then 2 else 3 end,
                tests.test_date desc
        ) as place
    from line
    join core.her2_tests as tests
        on tests.registry = line.registry
        and tests.patient_id = line.patient_id
        and tests.test_date <= line.start_date
),

her2 as (
    select
        registry,
        patient_id,
        case
            when bool_or(her2_status = 'positive') and bool_or(her2_status = 'negative') then 'indeterminate'
            when bool_or(her2_status = 'positive') then 'positive'
            when bool_or(her2_status = 'negative') then 'negative'
            else 'indeterminate'
        end as her2_status
    from her2_test
    where place = 1
    group by registry, patient_id
),

alp_day as (
    select
        line.registry,
        line.patient_id,
        labs.specimen_date,
        median(labs.value) as value
    from line
    join core.lab_results as labs
        on labs.registry = line.registry
        and labs.patient_id = line.patient_id
        and labs.specimen_date <= line.start_date
        and labs.specimen_date >= line.start_date - cast($alp_before_days as integer)
    where labs.analyte = 'ALP_TOTAL' and labs.unit = 'U/L'
    group by line.registry, line.patient_id, labs.specimen_date
),

alp as (
    select
        registry,
        patient_id,
        arg_max(value, specimen_date) as value
    from alp_day
    group by registry, patient_id
),

ct as (
    select
        line.registry,
        line.patient_id,
        imaging.assessment_id,
        imaging.extraosseous_response
    from line
    join core.imaging_assessments as imaging
        on imaging.registry = line.registry
        and imaging.patient_id = line.patient_id
        and imaging.assessment_date <= line.start_date
        and imaging.assessment_date >= line.start_date - cast($ct_before_days as integer)
    where list_contains($ct_modalities, imaging.modality)
        and coalesce(imaging.is_evaluable, true)
        and imaging.is_bone_window is distinct from false
),

lesions as (
    select
        ct.registry,
        ct.patient_id,
        count(distinct bone_lesions.lesion_id) as bone_lesions
    from ct
    left join core.bone_lesions as bone_lesions
        on bone_lesions.registry = ct.registry and bone_lesions.assessment_id = ct.assessment_id
    -- A response NE without lesions that were read is no CT at all (`timeline/sql/imaging.sql`).
    where ct.extraosseous_response is distinct from 'NE' or bone_lesions.lesion_id is not null
    group by ct.registry, ct.patient_id
)

select
    line.registry,
    line.patient_id,
    date_sub('year', patients.birth_date, line.start_date) as age_at_start,
    patients.sex,
    patients.er_status,
    patients.pr_status,
    her2.her2_status,
    line.start_date - patients.metastatic_diagnosis_date as days_from_diagnosis,
    alp.value as alp,
    lesions.bone_lesions,
    case
        when line.cycle_length_days = 21 then '21_days'
        when line.cycle_length_days = 28 then '28_days'
        when line.cycle_length_days is not null then 'other'
    end as cycle_length,
    case line.recorded_lines when 1 then '1' when 2 then '2' else '3_or_more' end as recorded_lines
from line
join core.patients as patients
    on patients.registry = line.registry and patients.patient_id = line.patient_id
left join her2 on her2.registry = line.registry and her2.patient_id = line.patient_id
left join alp on alp.registry = line.registry and alp.patient_id = line.patient_id
left join lesions on lesions.registry = line.registry and lesions.patient_id = line.patient_id
