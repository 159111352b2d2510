-- One row per assessment that cannot be judged, as it says, and that records a response or a lesion of progression.
with unjudged as (
    select
        row_number,
        assessment_id,
        extraosseous_response
    from core.imaging_assessments
    where not is_evaluable
)

select row_number
from unjudged
where extraosseous_response <> 'NE'
union
select unjudged.row_number
from unjudged
join core.bone_lesions as lesions on lesions.assessment_id = unjudged.assessment_id
where lesions.status in ('new', 'larger') or lesions.lysis_change = 'increased'
