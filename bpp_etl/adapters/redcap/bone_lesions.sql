-- One row per instance with a filled field of bone_lesions. Its examination is named as the examination itself is; where
-- that has no id of its own, by the number of its instance, or else it is that of the same event.
with
found as (
    select
        key_row,
        max(told) filter (where column_name = 'assessment_id') as assessment_id,
        max(told) filter (where column_name = 'lesion_id') as lesion_id,
        max(told) filter (where column_name = 'site') as site,
        max(told) filter (where column_name = 'morphology') as morphology,
        max(told) filter (where column_name = 'status') as status,
        max(told) filter (where column_name = 'lysis_change') as lysis_change,
        max(told) filter (where column_name = 'is_equivocal') as is_equivocal,
        min(row_number) as row_number
    from told
    where table_name = 'bone_lesions'
    group by key_row, copy
),

lesion as (
    select
        patient.patient_id,
        export_row.event,
        case
            when found.assessment_id is not null
                then coalesce(try_cast(found.assessment_id as bigint)::varchar, found.assessment_id)
            when export_row.instrument = '' then export_row.instance
            when exists (
                from told
                inner join export_row as scan on scan.row_number = told.key_row
                where told.table_name = 'imaging_assessments' and scan.instrument <> ''
            ) then null
            else ''
        end as number,
        found.assessment_id,
        found.lesion_id,
        found.site,
        found.morphology,
        found.status,
        found.lysis_change,
        found.is_equivocal,
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
            || if(number = '', '', ':' || number)
    end as assessment_id,
    lesion_id,
    site,
    morphology,
    status,
    lysis_change,
    is_equivocal,
    row_number,
    file
from lesion
