-- One row per registry with refused rows of `patients` in its admitted delivery: the patients of whom no row was
-- admitted, and the refused rows that are no patient more, copies and others of a patient who is counted.
-- A refused row without a patient counts as a patient; rows are numbered in each file of a table anew.
with refused as (
    select
        rows.registry,
        trim(rows.patient_id) as patient_id,
        case when coalesce(trim(rows.patient_id), '') = '' then (rows.file, rows.row_number) end as nameless
    from quarantine.patients as rows
    where rows.delivery_status = 'admitted'
),

counted as (
    select
        refused.registry,
        count(*) as refused_rows,
        count(distinct (refused.patient_id, refused.nameless)) filter (where admitted.patient_id is null)
            as patients
    from refused
    left join core.patients as admitted
        on admitted.registry = refused.registry and admitted.patient_id = refused.patient_id
    group by refused.registry
)

select
    registry,
    patients,
    refused_rows - patients as repeated_rows
from counted
