-- One row per registry of the release.
select distinct registry
from core.patients
