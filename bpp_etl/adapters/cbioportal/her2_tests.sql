-- One row per sample with anything on HER2, and a day.
select
    patient_id,
    her2_day as test_date,
    site as specimen_site,
    her2_ihc as ihc_score,
    her2_ish as ish_result,
    cast(null as varchar) as her2_cep17_ratio,
    cast(null as varchar) as her2_copy_number,
    her2_status as reported_status,
    row_number,
    file
from sample_status
where has_her2 and her2_day is not null
order by file, row_number
