-- One row per response that the investigator gave to a visit's images.
--
-- Identity. SDTMIG structures RS as one record per response assessment per visit per subject per assessor,
-- so a response is named by subject, visit and method: two responses that claim one visit share an id, and
-- the gate refuses both (duplicate_key).
-- Modality. RS rarely states it (RSMETHOD): TR tells it of the tumours that were assessed at the visit. Else RECIST
-- 1.1 follows a lesion by the method of its baseline (Eisenhauer 2009, doi 10.1016/j.ejca.2008.10.026), so a response
-- takes the method by which the subject's tumours were identified, CT before others. Without any, modality stays empty
-- and the gate refuses the row.
-- Tissue. A soft tissue response (SFTSRESP) is exactly what is asked for, and comes before the overall one.
with modalities as (
    select
        usubjid,
        -- Of TR by visit; of TU (no visit) whatever the visit was.
        case when source = 'tr' then visit end as visit,
        case
            when bool_or(modality = 'CT') then 'CT'
            when bool_or(modality = 'PET_CT') then 'PET_CT'
            when bool_or(modality = 'MRI') then 'MRI'
            else min(modality)
        end as modality
    from finding
    where source in ('tu', 'tr') and table_name is not null
    group by usubjid, case when source = 'tr' then visit end
),

-- TU and TR tell the day of the images; RSDTC may be the last day of several, or that of the reading.
scan_days as (
    select
        usubjid,
        visit,
        modality,
        min(day) as day
    from finding
    where source in ('tu', 'tr') and table_name is not null and regexp_full_match(day, '\d{4}-\d{2}-\d{2}')
    group by usubjid, visit, modality
),

responses as (
    select
        finding.usubjid,
        finding.test,
        finding.visit,
        coalesce(finding.modality, of_visit.modality, usual.modality) as modality,
        finding.day,
        finding.result,
        finding.is_done,
        finding.row_number,
        finding.file
    from finding
    left join modalities as of_visit on finding.usubjid = of_visit.usubjid and finding.visit = of_visit.visit
    left join modalities as usual on finding.usubjid = usual.usubjid and usual.visit is null
    where finding.source = 'rs' and finding.table_name = 'imaging_assessments'
)

select
    responses.usubjid || '|' || concat_ws('|', responses.visit, responses.modality) as assessment_id,
    responses.usubjid,
    responses.visit,
    responses.modality,
    coalesce(scan_days.day, responses.day) as day,
    responses.result,
    responses.is_done,
    responses.row_number,
    responses.file
from responses
left join scan_days
    on
        responses.usubjid = scan_days.usubjid
        and responses.visit = scan_days.visit
        and responses.modality = scan_days.modality
qualify
    responses.test = 'SFTSRESP'
    or not bool_or(responses.test = 'SFTSRESP') over (partition by responses.usubjid, responses.visit)
