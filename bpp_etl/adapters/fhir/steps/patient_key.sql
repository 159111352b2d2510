-- One row per way in which a patient may be referred to: the last part of a reference, and the patient's id.
-- Of patients with the same id the one last updated counts, here as everywhere.
with ways as (
    select
        patient.id as reference_key,
        patient.id as patient_id
    from patient
    where patient.id <> ''
    union all
    select
        regexp_extract(patient.full_url, '[^/:#]+$') as reference_key,
        patient.id as patient_id
    from patient
    where patient.id <> '' and patient.full_url <> ''
)

select
    ways.reference_key,
    min(ways.patient_id) as patient_id
from ways
where ways.reference_key <> ''
group by ways.reference_key
