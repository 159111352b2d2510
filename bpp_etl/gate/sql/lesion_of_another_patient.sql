-- One row per lesion row whose id several patients have, where nearly every other id is of one patient.
with id as (
    select
        lesion_id,
        count(*) > 1 as is_shared
    from lesion_course
    group by lesion_id
)

select lesions.row_number
from core.bone_lesions as lesions
join id on id.lesion_id = lesions.lesion_id and id.is_shared
where lesions.registry = $registry
    and (select avg(cast(is_shared as integer)) from id) <= $most_shared
