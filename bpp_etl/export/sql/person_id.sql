-- One row per patient of a registry whose persons were counted here.
select
    registry,
    person_id,
    patient_id
from omop_person
where not has_own_ids
order by registry, person_id
