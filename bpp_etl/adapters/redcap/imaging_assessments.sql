-- One row per instance with a filled field of imaging_assessments. Without an id of its own it is known by its patient,
-- event and instance, with colons between and a backslash before those within.
with
found as (
    select
        key_row,
        max(told) filter (where column_name = 'patient_id') as patient_id,
        max(told) filter (where column_name = 'assessment_id') as assessment_id,
        max(told) filter (where column_name = 'assessment_date') as assessment_date,
        max(told) filter (where column_name = 'modality') as modality,
        max(told) filter (where column_name = 'is_bone_window') as is_bone_window,
        max(told) filter (where column_name = 'is_evaluable') as is_evaluable,
        max(told) filter (where column_name = 'extraosseous_response') as extraosseous_response,
        min(row_number) as row_number
    from told
    where table_name = 'imaging_assessments'
    group by key_row, copy
),

examination as (
    select
        coalesce(found.patient_id, patient.patient_id) as patient_id,
        export_row.event,
        export_row.instance,
        found.assessment_id,
        found.assessment_date,
        found.modality,
        found.is_bone_window,
        found.is_evaluable,
        found.extraosseous_response,
        found.row_number,
        export_row.file
    from found
    inner join export_row on export_row.row_number = found.row_number
    inner join patient on patient.record_row = export_row.record_row
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
