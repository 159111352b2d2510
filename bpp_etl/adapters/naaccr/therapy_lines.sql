-- One row per patient with metastases at diagnosis whose first course was systemic: line 1.
-- A first course before any metastasis is no line of metastatic disease. Of two tumors the first to be treated counts.
select
    tumor_record.patient_id,
    '1' as line_number,
    tumor_record.regimen,
    tumor_record.systemic_day as start_date,
    cast(null as varchar) as end_date,
    cast(null as varchar) as end_reason,
    cast(null as varchar) as cycle_length_days,
    'regimen' as approximated,
    tumor_record.row_number,
    tumor_record.file
from tumor_record
where
    tumor_record.left_out is null
    and tumor_record.is_metastatic_at_diagnosis
    and tumor_record.systemic_day is not null
qualify
    row_number() over (
        partition by coalesce(tumor_record.patient_id, concat(' ', tumor_record.file, ' ', tumor_record.row_number))
        order by tumor_record.systemic_day, tumor_record.row_number, tumor_record.file
    ) = 1
