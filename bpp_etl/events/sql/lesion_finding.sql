-- One row per assessment with a bone lesion that can tell: what its lesions show.
-- An equivocal lesion is never progression; a lesion of unknown morphology is neither candidate nor lysis.
select
    assessment_id,
    bool_or(status = 'new' and morphology = 'osteoblastic') as has_new_osteoblastic,
    bool_or(is_certain and lysis_change = 'increased' and morphology <> 'unknown') as has_lysis,
    bool_or(is_certain and status = 'new' and morphology in ('osteolytic', 'mixed')) as has_new_lytic,
    bool_or(is_certain and status = 'new') as has_new_lesion,
    bool_or(is_certain and status = 'larger') as has_larger_lesion,
    bool_or(lysis_change = 'increased' and morphology = 'unknown') as has_unclear_lysis,
    bool_or(status = 'larger' and morphology in ('osteolytic', 'mixed') and not is_lysis_recorded)
        as has_larger_lytic_unread
from (
    select
        assessment_id,
        morphology,
        status,
        coalesce(lysis_change, 'none') as lysis_change,
        lysis_change is not null as is_lysis_recorded,
        not coalesce(is_equivocal, false) as is_certain
    from core.bone_lesions
    where registry = $registry and (status in ('new', 'larger') or lysis_change = 'increased')
) as telling
group by assessment_id
