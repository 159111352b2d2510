-- One row per report with a HER2 status, on the day of its histology, else of its diagnosis or examination.
select
    report.patient_id,
    report.day as test_date,
    'unknown' as specimen_site,
    cast(null as varchar) as ihc_score,
    cast(null as varchar) as ish_result,
    cast(null as varchar) as her2_cep17_ratio,
    cast(null as varchar) as her2_copy_number,
    report.reported_status,
    'test_date' as approximated,
    report.row_number,
    report.file
from report
where report.left_out is null and report.reported_status is not null
