-- One row per record with a filled field of patients.
select
    patient.patient_id,
    max(told.told) filter (where told.column_name = 'sex') as sex,
    max(told.told) filter (where told.column_name = 'birth_date') as birth_date,
    max(told.told) filter (where told.column_name = 'metastatic_diagnosis_date') as metastatic_diagnosis_date,
    max(told.told) filter (where told.column_name = 'er_status') as er_status,
    max(told.told) filter (where told.column_name = 'pr_status') as pr_status,
    max(told.told) filter (where told.column_name = 'last_contact_date') as last_contact_date,
    max(told.told) filter (where told.column_name = 'death_date') as death_date,
    min(told.row_number) as row_number,
    arg_min(told.file, told.row_number) as file
from told
left join patient on patient.record = told.record
where told.table_name = 'patients'
group by told.record, told.copy, patient.patient_id
