-- One row per candidate and flag; `place` is the candidate's place in the order of registry and patient.
with candidates as (
    select
        registry,
        patient_id,
        flags,
        row_number() over (order by registry, patient_id) - 1 as place
    from event.pseudoprogression
    where protocol = $protocol
)

select
    place,
    unnest(flags) as flag
from candidates
order by place, flag
