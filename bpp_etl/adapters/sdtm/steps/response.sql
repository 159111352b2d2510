-- One row per response that the investigator gave to a visit's images.
--
-- Identity. SDTMIG structures RS as one record per response assessment per visit per subject per assessor,
-- so a response is named by subject, visit and method: two responses that claim one visit share an id, and
-- the gate refuses both (duplicate_key).
-- Modality. RS rarely states it (RSMETHOD): RECIST 1.1 follows a lesion by the method of its baseline
-- (Eisenhauer 2009, doi 10.1016/j.ejca.2008.10.026), so a response takes the method by which the subject's
-- tumours were identified, CT before others. Without any, modality stays empty and the gate refuses the row.
-- Tissue. A soft tissue response (SFTSRESP) is exactly what is asked for, and comes before the overall one.
with usual_modalities as (
    select
        usubjid,
        case
            when bool_or(modality = 'CT') then 'CT'
            when bool_or(modality = 'PET_CT') then 'PET_CT'
            when bool_or(modality = 'MRI') then 'MRI'
            else min(modality)
        end as modality
    from finding
    where source = 'tu' and table_name is not null
    group by usubjid
),

responses as (
    select
        finding.usubjid,
        finding.test,
        finding.visit,
        coalesce(finding.modality, usual_modalities.modality) as modality,
        finding.day,
        finding.result,
        finding.is_done,
        finding.row_number,
        finding.file
    from finding
    left join usual_modalities on finding.usubjid = usual_modalities.usubjid
    where finding.source = 'rs' and finding.table_name = 'imaging_assessments'
)

select
    usubjid || '|' || concat_ws('|', visit, modality) as assessment_id,
    usubjid,
    visit,
    modality,
    day,
    result,
    is_done,
    row_number,
    file
from responses
qualify test = 'SFTSRESP' or not bool_or(test = 'SFTSRESP') over (partition by usubjid, visit)
