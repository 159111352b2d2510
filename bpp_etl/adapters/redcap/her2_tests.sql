-- One row per instance with a filled field of her2_tests.
with
found as (
    select
        key_row,
        max(told) filter (where column_name = 'patient_id') as patient_id,
        max(told) filter (where column_name = 'test_date') as test_date,
        max(told) filter (where column_name = 'specimen_site') as specimen_site,
        max(told) filter (where column_name = 'ihc_score') as ihc_score,
        max(told) filter (where column_name = 'ish_result') as ish_result,
        max(told) filter (where column_name = 'her2_cep17_ratio') as her2_cep17_ratio,
        max(told) filter (where column_name = 'her2_copy_number') as her2_copy_number,
        max(told) filter (where column_name = 'reported_status') as reported_status,
        min(row_number) as row_number
    from told
    where table_name = 'her2_tests'
    group by key_row, copy
)

select
    coalesce(found.patient_id, patient.patient_id) as patient_id,
    found.test_date,
    found.specimen_site,
    found.ihc_score,
    found.ish_result,
    found.her2_cep17_ratio,
    found.her2_copy_number,
    found.reported_status,
    found.row_number,
    export_row.file
from found
inner join export_row on export_row.row_number = found.row_number
inner join patient on patient.record_row = export_row.record_row
