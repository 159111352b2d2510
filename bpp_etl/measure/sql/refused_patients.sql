-- One row per registry: patients of the admitted delivery of whom no row of `patients` was admitted.
-- A refused row without a patient counts as a patient; a refused copy of an admitted row as none.
with refused as (
    select
        rows.registry,
        trim(rows.patient_id) as patient_id,
        case when coalesce(trim(rows.patient_id), '') = '' then rows.row_number end as nameless
    from quarantine.patients as rows
    where rows.delivery_status = 'admitted'
)

select
    refused.registry,
    count(distinct (refused.patient_id, refused.nameless)) as patients
from refused
left join core.patients as admitted
    on admitted.registry = refused.registry and admitted.patient_id = refused.patient_id
where admitted.patient_id is null
group by refused.registry
order by refused.registry
