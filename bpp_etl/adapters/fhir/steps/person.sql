-- One row per patient resource: the id that calls the person, and whether it says a death without its day.
select
    coalesce(nullif(patient.id, ''), nullif(regexp_extract(patient.full_url, '[^/:#]+$'), '')) as id,
    patient.gender,
    patient.birth_date,
    patient.deceased,
    lower(trim(patient.is_deceased)) = 'true' and nullif(trim(patient.deceased), '') is null as is_undated_death,
    patient.row_number,
    patient.file
from patient
