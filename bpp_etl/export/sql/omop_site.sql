-- One row per registry: whether its patients are called by the person_id of an OMOP delivery.
-- Where ids became pseudonyms they are numbers no more.
with delivered as (
    select
        registry,
        bool_and(list_contains($sources, source)) as is_omop
    from quality.source_row
    where delivery_status = 'admitted'
    group by registry
)

select
    patients.registry,
    coalesce(bool_and(delivered.is_omop and try_cast(patients.patient_id as bigint) is not null), false)
        as has_own_ids
from core.patients as patients
left join delivered on delivered.registry = patients.registry
group by patients.registry
