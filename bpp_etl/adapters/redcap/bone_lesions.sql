-- One row per instance with a filled field of bone_lesions. Its examination is named as the examination itself is; where
-- that has no id of its own, by the number of its instance, or else it is that of the same event.
with
lesion as (
    select
        patient.patient_id,
        told.event,
        told.instrument,
        told.instance,
        max(told.told) filter (where told.column_name = 'assessment_id') as examination,
        max(told.told) filter (where told.column_name = 'lesion_id') as lesion_id,
        max(told.told) filter (where told.column_name = 'site') as site,
        max(told.told) filter (where told.column_name = 'morphology') as morphology,
        max(told.told) filter (where told.column_name = 'status') as status,
        max(told.told) filter (where told.column_name = 'lysis_change') as lysis_change,
        max(told.told) filter (where told.column_name = 'is_equivocal') as is_equivocal,
        min(told.row_number) as row_number,
        arg_min(told.file, told.row_number) as file
    from told
    left join patient on patient.record = told.record
    where told.table_name = 'bone_lesions'
    group by told.record, told.event, told.instrument, told.instance, told.copy, patient.patient_id
),

numbered as (
    select
        patient_id,
        event,
        examination,
        lesion_id,
        site,
        morphology,
        status,
        lysis_change,
        is_equivocal,
        row_number,
        file,
        case
            when examination is not null then coalesce(try_cast(examination as bigint)::varchar, examination)
            when instrument = '' then instance
            when exists (from told where table_name = 'imaging_assessments' and instrument <> '') then null
            else ''
        end as number
    from lesion
)

select
    case
        when exists (from mapped where table_name = 'imaging_assessments' and column_name = 'assessment_id')
            then examination
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
from numbered
