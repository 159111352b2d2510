-- One row per HER2 test, or per patient without any.
select
    subject_id as patient_id,
    sample_id,
    'Breast Cancer' as cancer_type,
    case specimen_site when 'primary' then 'Primary' when 'metastasis' then 'Metastasis' end as sample_type,
    case her2_status
        when 'positive' then 'Positive'
        when 'negative' then 'Negative'
        when 'indeterminate' then 'Equivocal'
    end as her2_status,
    ihc_score as her2_ihc,
    case ish_result
        when 'positive' then 'Positive'
        when 'negative' then 'Negative'
        when 'equivocal' then 'Equivocal'
    end as her2_ish
from study_sample
order by sample_id
