-- One row per response that the investigator gave to a visit's images (RS), and one per visit, method and
-- day on which the investigator identified tumours (TU), or assessed them on images (TR), where no such response covers
-- them: the baseline images, and a later visit to whose images nobody gave a response.
--
-- Response. RS judges the whole body, bone included: as the response outside bone it can only err towards
-- progression, because an overall PD that came from a new bone lesion alone makes a candidate true
-- progression. A code that is not in the list passes untouched.
select
    assessment_id,
    usubjid as patient_id,
    day as assessment_date,
    modality,
    cast(null as varchar) as is_bone_window,
    case when not is_done then 'false' end as is_evaluable,
    case upper(result) when 'NON-CR/NON-PD' then 'NON_CR_NON_PD' else result end as extraosseous_response,
    row_number,
    file
from response

union all

select
    assessment_id,
    usubjid as patient_id,
    day as assessment_date,
    modality,
    cast(null as varchar) as is_bone_window,
    cast(null as varchar) as is_evaluable,
    cast(null as varchar) as extraosseous_response,
    first(row_number order by source desc, row_number) as row_number,
    first(file order by source desc, row_number) as file
from tumour
where not has_response
group by assessment_id, usubjid, visit, modality, day
order by file, row_number
