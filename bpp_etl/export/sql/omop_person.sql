-- One row per admitted patient: the person's number in the CDM, of the delivery itself or counted here.
select
    patients.registry,
    patients.patient_id,
    case
        when site.has_own_ids then cast(patients.patient_id as bigint)
        else row_number() over (partition by patients.registry order by patients.patient_id)
    end as person_id,
    site.has_own_ids
from core.patients as patients
join omop_site as site on site.registry = patients.registry
