-- One row per instance with a filled field of imaging_assessments. Without an id of its own it is known by its patient,
-- event and instance, with colons between and a backslash before those within.
with
examination as (
    select
        coalesce(max(told.told) filter (where told.column_name = 'patient_id'), patient.patient_id) as patient_id,
        told.event,
        told.instance,
        max(told.told) filter (where told.column_name = 'assessment_id') as assessment_id,
        max(told.told) filter (where told.column_name = 'assessment_date') as assessment_date,
        max(told.told) filter (where told.column_name = 'modality') as modality,
        max(told.told) filter (where told.column_name = 'is_bone_window') as is_bone_window,
        max(told.told) filter (where told.column_name = 'is_evaluable') as is_evaluable,
        max(told.told) filter (where told.column_name = 'extraosseous_response') as extraosseous_response,
        min(told.row_number) as row_number,
        arg_min(told.file, told.row_number) as file
    from told
    left join patient on patient.record = told.record
    where told.table_name = 'imaging_assessments'
    group by told.record, told.event, told.instrument, told.instance, told.copy, patient.patient_id
)

select
    case
        when exists (from mapped where table_name = 'imaging_assessments' and column_name = 'assessment_id')
            then assessment_id
        else replace(replace(patient_id, '\', '\\'), ':', '\:')
            || if(event = '', '', ':' || event)
            || if(instance = '', '', ':' || instance)
    end as assessment_id,
    patient_id,
    assessment_date,
    modality,
    is_bone_window,
    is_evaluable,
    extraosseous_response,
    row_number,
    file
from examination
