-- One row per test: the observations of HER2 of a patient and day, or one of them where they contradict each other.
select
    her2_finding.patient_id,
    her2_finding.day as test_date,
    coalesce(max(her2_finding.specimen_site), 'unknown') as specimen_site,
    max(her2_finding.ihc_score) as ihc_score,
    max(her2_finding.ish_result) as ish_result,
    max(her2_finding.ratio) as her2_cep17_ratio,
    max(her2_finding.copies) as her2_copy_number,
    max(her2_finding.reported_status) as reported_status,
    her2_finding.test_row as row_number,
    arg_min(her2_finding.file, her2_finding.row_number) as file
from her2_finding
group by her2_finding.patient_id, her2_finding.day, her2_finding.test_row
