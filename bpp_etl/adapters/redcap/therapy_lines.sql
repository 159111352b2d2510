-- One row per instance with a filled field of therapy_lines.
select
    coalesce(max(told.told) filter (where told.column_name = 'patient_id'), patient.patient_id) as patient_id,
    max(told.told) filter (where told.column_name = 'line_number') as line_number,
    max(told.told) filter (where told.column_name = 'regimen') as regimen,
    max(told.told) filter (where told.column_name = 'start_date') as start_date,
    max(told.told) filter (where told.column_name = 'end_date') as end_date,
    max(told.told) filter (where told.column_name = 'end_reason') as end_reason,
    max(told.told) filter (where told.column_name = 'cycle_length_days') as cycle_length_days,
    min(told.row_number) as row_number,
    arg_min(told.file, told.row_number) as file
from told
left join patient on patient.record = told.record
where told.table_name = 'therapy_lines'
group by told.record, told.event, told.instrument, told.instance, told.copy, patient.patient_id
