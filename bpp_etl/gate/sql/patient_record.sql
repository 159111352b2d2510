-- One row per admitted patient: what the same patient is held against in another delivery of the registry.
with first_line as (
    select
        patient_id,
        min(start_date) as start_date
    from core.therapy_lines
    where line_number = 1
    group by patient_id
),

reported as (
    select distinct assessment_id
    from core.bone_lesions
),

scanned as (
    select
        imaging.patient_id,
        bool_or(list_contains($ct_modalities, imaging.modality)) as has_ct,
        bool_or(reported.assessment_id is not null) as has_lesion
    from core.imaging_assessments as imaging
    left join reported on reported.assessment_id = imaging.assessment_id
    group by imaging.patient_id
),

treated as (
    select distinct patient_id
    from core.therapy_lines
),

measured as (
    select distinct patient_id
    from core.lab_results
),

tested as (
    select distinct patient_id
    from core.her2_tests
)

select
    patients.patient_id,
    patients.birth_date,
    patients.death_date,
    patients.last_contact_date,
    patients.death_date is not null as is_dead,
    first_line.start_date,
    coalesce(scanned.has_ct, false) as has_ct,
    coalesce(scanned.has_lesion, false) as has_lesion,
    treated.patient_id is not null as has_line,
    scanned.patient_id is not null as has_image,
    measured.patient_id is not null as has_result,
    tested.patient_id is not null as has_test
from core.patients as patients
left join first_line on first_line.patient_id = patients.patient_id
left join scanned on scanned.patient_id = patients.patient_id
left join treated on treated.patient_id = patients.patient_id
left join measured on measured.patient_id = patients.patient_id
left join tested on tested.patient_id = patients.patient_id
