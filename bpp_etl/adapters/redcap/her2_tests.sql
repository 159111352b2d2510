-- One row per instance with a filled field of her2_tests.
select
    coalesce(max(told.told) filter (where told.column_name = 'patient_id'), patient.patient_id) as patient_id,
    max(told.told) filter (where told.column_name = 'test_date') as test_date,
    max(told.told) filter (where told.column_name = 'specimen_site') as specimen_site,
    max(told.told) filter (where told.column_name = 'ihc_score') as ihc_score,
    max(told.told) filter (where told.column_name = 'ish_result') as ish_result,
    max(told.told) filter (where told.column_name = 'her2_cep17_ratio') as her2_cep17_ratio,
    max(told.told) filter (where told.column_name = 'her2_copy_number') as her2_copy_number,
    max(told.told) filter (where told.column_name = 'reported_status') as reported_status,
    min(told.row_number) as row_number,
    arg_min(told.file, told.row_number) as file
from told
left join patient on patient.record = told.record
where told.table_name = 'her2_tests'
group by told.record, told.event, told.instrument, told.instance, told.copy, patient.patient_id
