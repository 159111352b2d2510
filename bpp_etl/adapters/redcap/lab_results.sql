-- One row per instance with a filled field of lab_results.
select
    coalesce(max(told.told) filter (where told.column_name = 'patient_id'), patient.patient_id) as patient_id,
    max(told.told) filter (where told.column_name = 'analyte') as analyte,
    max(told.told) filter (where told.column_name = 'specimen_date') as specimen_date,
    max(told.told) filter (where told.column_name = 'value') as value,
    max(told.told) filter (where told.column_name = 'unit') as unit,
    max(told.told) filter (where told.column_name = 'upper_limit_normal') as upper_limit_normal,
    max(told.told) filter (where told.column_name = 'laboratory') as laboratory,
    min(told.row_number) as row_number,
    arg_min(told.file, told.row_number) as file
from told
left join patient on patient.record = told.record
where told.table_name = 'lab_results'
group by told.record, told.event, told.instrument, told.instance, told.copy, patient.patient_id
