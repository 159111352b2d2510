-- One row per instance with a filled field of lab_results.
with
found as (
    select
        key_row,
        max(told) filter (where column_name = 'patient_id') as patient_id,
        max(told) filter (where column_name = 'analyte') as analyte,
        max(told) filter (where column_name = 'specimen_date') as specimen_date,
        max(told) filter (where column_name = 'value') as value,
        max(told) filter (where column_name = 'unit') as unit,
        max(told) filter (where column_name = 'upper_limit_normal') as upper_limit_normal,
        max(told) filter (where column_name = 'laboratory') as laboratory,
        min(row_number) as row_number
    from told
    where table_name = 'lab_results'
    group by key_row, copy
)

select
    coalesce(found.patient_id, patient.patient_id) as patient_id,
    found.analyte,
    found.specimen_date,
    found.value,
    found.unit,
    found.upper_limit_normal,
    found.laboratory,
    found.row_number,
    export_row.file
from found
inner join export_row on export_row.row_number = found.row_number
inner join patient on patient.record_row = export_row.record_row
