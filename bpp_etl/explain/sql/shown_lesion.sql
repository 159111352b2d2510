-- One row per assessment and bone lesion that tells something: one that changed.
select
    lesions.assessment_id,
    lesions.site,
    lesions.morphology,
    lesions.status,
    coalesce(lesions.lysis_change, 'none') = 'increased' as has_more_lysis,
    coalesce(lesions.lysis_change, 'none') = 'decreased' as has_less_lysis,
    coalesce(lesions.is_equivocal, false) as is_equivocal,
    known_lesion.lesion_id is not null as is_known
from core.bone_lesions as lesions
left join known_lesion
    on known_lesion.assessment_id = lesions.assessment_id and known_lesion.lesion_id = lesions.lesion_id
where lesions.status in ('new', 'larger', 'smaller', 'resolved')
    or coalesce(lesions.lysis_change, 'none') <> 'none'
order by lesions.assessment_id, lesions.lesion_id
