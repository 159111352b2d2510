-- One row per assessment with a bone lesion that can tell: what its lesions show, but for a candidate.
-- An equivocal lesion is never progression; a lesion of unknown morphology is no lysis; one that is known from before
-- is not new.
select
    assessment_id,
    bool_or(is_certain and lysis_change = 'increased' and morphology <> 'unknown') as has_lysis,
    bool_or(is_certain and is_new and morphology in ('osteolytic', 'mixed')) as has_new_lytic,
    bool_or(is_certain and is_new) as has_new_lesion,
    bool_or(is_certain and status = 'larger') as has_larger_lesion,
    bool_or(lysis_change = 'increased' and morphology = 'unknown') as has_unclear_lysis,
    bool_or(status = 'larger' and morphology in ('osteolytic', 'mixed') and not is_lysis_recorded)
        as has_larger_lytic_unread,
    bool_or(status in ('smaller', 'resolved')) as has_better_lesion,
    bool_or(is_new or status = 'larger') as has_worse_lesion
from (
    select
        lesions.assessment_id,
        lesions.morphology,
        lesions.status,
        lesions.status = 'new' and known_lesion.lesion_id is null as is_new,
        coalesce(lesions.lysis_change, 'none') as lysis_change,
        lesions.lysis_change is not null as is_lysis_recorded,
        not coalesce(lesions.is_equivocal, false) as is_certain
    from core.bone_lesions as lesions
    left join known_lesion
        on known_lesion.assessment_id = lesions.assessment_id and known_lesion.lesion_id = lesions.lesion_id
    where lesions.registry = $registry
        and (
            lesions.status in ('new', 'larger')
            or lesions.lysis_change = 'increased'
            or ($confirming_finding = 'better' and lesions.status in ('smaller', 'resolved'))
        )
) as telling
group by assessment_id
