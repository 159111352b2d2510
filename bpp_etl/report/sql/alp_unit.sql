-- One row per registry and unit in which its admitted ALP results were delivered. Only known units get this far.
select distinct
    registry,
    raw_unit
from core.lab_results
where raw_unit is not null
order by registry, raw_unit
