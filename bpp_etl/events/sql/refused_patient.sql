-- One row per patient, as delivered, with refused imaging, lesions or lines: the evidence may be incomplete.
-- A repeated row whose first copy was admitted loses nothing and is left out.
with refused as (
    select patient_id, broken_rules
    from quarantine.imaging_assessments
    where registry = $registry
    union all
    select patient_id, broken_rules
    from quarantine.therapy_lines
    where registry = $registry
    union all
    select imaging.patient_id, lesions.broken_rules
    from quarantine.bone_lesions as lesions
    join core.imaging_assessments as imaging
        on imaging.registry = lesions.registry and imaging.assessment_id = trim(lesions.assessment_id)
    where lesions.registry = $registry
)

select distinct trim(patient_id) as patient_id
from refused
where patient_id is not null and broken_rules <> ['duplicate_row']
