-- One row per tumour that the investigator identified (TU), or assessed on images (TR), with the assessment that it was
-- seen on.
--
-- A tumour belongs to the response to its visit if that was given on images of its own modality, else to the
-- images of its own day: TUDTC and TRDTC are the day of the scan, and one visit may have several.
with answered as (
    select distinct
        assessment_id,
        usubjid,
        visit,
        modality
    from response
)

select
    finding.source,
    coalesce(
        answered.assessment_id,
        finding.usubjid || '|' || concat_ws('|', finding.visit, finding.modality, finding.day)
    ) as assessment_id,
    answered.assessment_id is not null as has_response,
    finding.usubjid,
    finding.visit,
    finding.modality,
    finding.day,
    finding.result,
    finding.place,
    finding.lesion,
    finding.row_number,
    finding.file
from finding
left join answered
    on
        finding.usubjid = answered.usubjid
        and finding.visit = answered.visit
        and finding.modality = answered.modality
where finding.source in ('tu', 'tr') and finding.table_name is not null
