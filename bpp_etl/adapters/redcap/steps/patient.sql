-- One row per record: its patient is the record, unless a field of patients is mapped to the patient's id.
select
    export_row.record,
    case
        when exists (from mapped where table_name = 'patients' and column_name = 'patient_id')
            then min(told.told)
        else nullif(export_row.record, '')
    end as patient_id
from export_row
left join told
    on
        told.record = export_row.record
        and told.table_name = 'patients'
        and told.column_name = 'patient_id'
        and told.copy = 1
group by export_row.record
