-- One row per reference to a patient as it is written: the id of the patient whom it leads to.
-- A reference leads by its last part, without a version, to the id of a patient, or to the fullUrl that a bundle's
-- entry has for one. One that leads to nobody stands for itself: the gate refuses its rows. So does one to a contained
-- resource (#p), whose id is known in its own resource alone.
with references_written as (
    select observation.subject as reference
    from observation
    union
    select condition.subject as reference
    from condition
    union
    select imaging_study.subject as reference
    from imaging_study
    union
    select episode.subject as reference
    from episode
    union
    select medication_request.subject as reference
    from medication_request
    union
    select medication_administration.subject as reference
    from medication_administration
    union
    select medication_statement.subject as reference
    from medication_statement
),

told as (
    select
        references_written.reference,
        regexp_extract(references_written.reference, '([^/:#]+)(/_history/.*)?$', 1) as last_part
    from references_written
    where references_written.reference is not null
),

ways as (
    select
        patient.id as way,
        patient.id as patient_id
    from patient
    where patient.id <> ''
    union all
    select
        regexp_extract(patient.full_url, '[^/:#]+$') as way,
        coalesce(nullif(patient.id, ''), regexp_extract(patient.full_url, '[^/:#]+$')) as patient_id
    from patient
    where patient.full_url <> ''
),

keys as (
    select
        ways.way,
        min(ways.patient_id) as patient_id
    from ways
    where ways.way <> ''
    group by ways.way
)

select
    told.reference,
    case
        when starts_with(told.reference, '#') then told.reference
        else coalesce(keys.patient_id, told.last_part)
    end as patient_id
from told
left join keys on told.last_part = keys.way
