-- One row per record: its patient is the record, unless a field of patients is mapped to the patient's id.
select
    export_row.record_row,
    case
        when exists (from mapped where table_name = 'patients' and column_name = 'patient_id')
            then any_value(told.told)
        else nullif(any_value(export_row.record), '')
    end as patient_id
from export_row
left join told
    on
        told.key_row = export_row.record_row
        and told.table_name = 'patients'
        and told.column_name = 'patient_id'
        and told.copy = 1
group by export_row.record_row
