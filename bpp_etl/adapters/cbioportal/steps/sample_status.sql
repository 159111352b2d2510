-- One row per sample, with what its columns say, and the day of its HER2 test: that of its specimen, else the one that
-- the registry states.
select
    sample.patient_id,
    nullif(trim(sample.sample_id), '') as sample_id,
    case
        when regexp_matches(lower(sample.sample_type), '\bprimary\b') then 'primary'
        when regexp_matches(lower(sample.sample_type), '\b(metastasis|metastatic)\b') then 'metastasis'
        else 'unknown'
    end as site,
    er.says as er_status,
    pr.says as pr_status,
    her2.says as her2_status,
    case when regexp_full_match(ihc.says, '[1-3]') then ihc.says || '+' else ihc.says end as her2_ihc,
    ish.says as her2_ish,
    coalesce(ihc.says, ish.says, her2.says) is not null as has_her2,
    coalesce(specimen_day.day, stated.day) as her2_day,
    sample.row_number,
    sample.file
from sample
left join word as er on sample.er_status = er.text
left join word as pr on sample.pr_status = pr.text
left join word as her2 on sample.her2_status = her2.text
left join word as ihc on sample.her2_ihc = ihc.text
left join word as ish on sample.her2_ish = ish.text
left join specimen_day
    on sample.patient_id = specimen_day.patient_id and trim(sample.sample_id) = specimen_day.sample_id
left join (select min(trim(value)) as day from setting where path = 'her2_day') as stated on true
