-- One row per record with a filled field of patients.
with
found as (
    select
        key_row,
        max(told) filter (where column_name = 'sex') as sex,
        max(told) filter (where column_name = 'birth_date') as birth_date,
        max(told) filter (where column_name = 'metastatic_diagnosis_date') as metastatic_diagnosis_date,
        max(told) filter (where column_name = 'er_status') as er_status,
        max(told) filter (where column_name = 'pr_status') as pr_status,
        max(told) filter (where column_name = 'last_contact_date') as last_contact_date,
        max(told) filter (where column_name = 'death_date') as death_date,
        min(row_number) as row_number
    from told
    where table_name = 'patients'
    group by key_row, copy
)

select
    patient.patient_id,
    found.sex,
    found.birth_date,
    found.metastatic_diagnosis_date,
    found.er_status,
    found.pr_status,
    found.last_contact_date,
    found.death_date,
    found.row_number,
    export_row.file
from found
inner join export_row on export_row.row_number = found.row_number
inner join patient on patient.record_row = export_row.record_row
