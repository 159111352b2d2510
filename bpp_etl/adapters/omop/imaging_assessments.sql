-- One row per procedure that the registry lists as a modality.
-- A day may be written as its midnight, here and in the other tables.
select
    trim(procedure_occurrence.procedure_occurrence_id) as assessment_id,
    trim(procedure_occurrence.person_id) as patient_id,
    if(strlen(procedure_occurrence.procedure_date) > 10, regexp_replace(procedure_occurrence.procedure_date, '[ T]00:00:00(\.0+)?$', ''), procedure_occurrence.procedure_date) as assessment_date,
    upper(known_concept.meaning) as modality,
    cast(null as varchar) as is_bone_window,
    cast(null as varchar) as is_evaluable,
    cast(null as varchar) as extraosseous_response,
    procedure_occurrence.row_number,
    procedure_occurrence.file
from procedure_occurrence
inner join known_concept
    on try_cast(procedure_occurrence.procedure_concept_id as bigint) = known_concept.concept_id
where known_concept.meaning in ('ct', 'pet_ct', 'mri', 'bone_scan', 'xray')
order by procedure_occurrence.file, procedure_occurrence.row_number
