-- One row per instance with a filled field of therapy_lines.
with
found as (
    select
        key_row,
        max(told) filter (where column_name = 'patient_id') as patient_id,
        max(told) filter (where column_name = 'line_number') as line_number,
        max(told) filter (where column_name = 'regimen') as regimen,
        max(told) filter (where column_name = 'start_date') as start_date,
        max(told) filter (where column_name = 'end_date') as end_date,
        max(told) filter (where column_name = 'end_reason') as end_reason,
        max(told) filter (where column_name = 'cycle_length_days') as cycle_length_days,
        min(row_number) as row_number
    from told
    where table_name = 'therapy_lines'
    group by key_row, copy
)

select
    coalesce(found.patient_id, patient.patient_id) as patient_id,
    found.line_number,
    found.regimen,
    found.start_date,
    found.end_date,
    found.end_reason,
    found.cycle_length_days,
    found.row_number,
    export_row.file
from found
inner join export_row on export_row.row_number = found.row_number
inner join patient on patient.record_row = export_row.record_row
