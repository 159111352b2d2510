-- One row per lesion row whose id several patients have, where nearly every other id is of one patient.
with id as (
    select
        lesion_id,
        min(patient_id) <> max(patient_id) as is_shared
    from lesion_history
    group by lesion_id
)

select lesion.row_number
from lesion_history as lesion
join id on id.lesion_id = lesion.lesion_id and id.is_shared
where (select avg(cast(is_shared as integer)) from id) <= $most_shared
