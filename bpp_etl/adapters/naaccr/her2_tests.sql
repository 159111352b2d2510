-- One row per tumor of the breast with a result of HER2, on the day of its diagnosis.
select
    tumor_record.patient_id,
    tumor_record.diagnosis_day as test_date,
    'primary' as specimen_site,
    tumor_record.ihc_score,
    tumor_record.ish_result,
    tumor_record.her2_ratio as her2_cep17_ratio,
    tumor_record.her2_copies as her2_copy_number,
    tumor_record.reported_status,
    'test_date' as approximated,
    tumor_record.row_number,
    tumor_record.file
from tumor_record
where tumor_record.left_out is null and tumor_record.has_her2
