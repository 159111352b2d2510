-- One row per HER2 status of a patient and day: that of the histology of a report, else of what it reports.
-- Pathology, operation and diagnosis tell of one histology each: what they agree in is one test.
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
where report.left_out is null and report.reported_status is not null and report.is_first_of_its_status
