-- One row per candidate and flag.
select
    registry,
    patient_id,
    unnest(flags) as flag
from event.pseudoprogression
where protocol = $protocol
