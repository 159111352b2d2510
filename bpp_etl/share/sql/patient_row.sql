-- One row per row that is admitted of a patient of one part of $parts of a release: whose it is, and the row as text.
-- All that is admitted, as text, does not fit into memory at once.
with told as (
    select registry, patient_id, 'p' || cast(one as varchar) as words
    from (select * exclude (row_number) from core.patients) as one
    where hash(registry, patient_id) % cast($parts as ubigint) = $part
    union all
    select registry, patient_id, 't' || cast(one as varchar)
    from (select * exclude (row_number) from core.therapy_lines) as one
    where hash(registry, patient_id) % cast($parts as ubigint) = $part
    union all
    select registry, patient_id, 'i' || cast(one as varchar)
    from (select * exclude (row_number) from core.imaging_assessments) as one
    where hash(registry, patient_id) % cast($parts as ubigint) = $part
    union all
    select one.registry, image.patient_id, 'b' || cast(one as varchar)
    from (select * exclude (row_number) from core.bone_lesions) as one
    join core.imaging_assessments as image
        on image.registry = one.registry and image.assessment_id = one.assessment_id
    where hash(image.registry, image.patient_id) % cast($parts as ubigint) = $part
    union all
    select registry, patient_id, 'l' || cast(one as varchar)
    from (select * exclude (row_number) from core.lab_results) as one
    where hash(registry, patient_id) % cast($parts as ubigint) = $part
    union all
    select registry, patient_id, 'h' || cast(one as varchar)
    from (select * exclude (row_number) from core.her2_tests) as one
    where hash(registry, patient_id) % cast($parts as ubigint) = $part
)

select
    registry || '|' || patient_id as whose,
    words
from told
