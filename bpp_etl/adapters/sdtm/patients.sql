-- One row per subject of DM. A screen failure was seen and consented, so it stays a patient; it has no line
-- of treatment.
-- Birth comes from BRTHDTC alone: an AGE in years is not a date of birth.
-- RFPENDTC is by its definition the last known contact. Without it, the latest date that DM itself holds.
-- A time of day is part of a conformant SDTM date: the day before the T is kept. Anything else (2014-03,
-- --12-15) stays as it is, for the gate.
with subjects as (
    select
        usubjid,
        sex,
        regexp_replace(trim(brthdtc), '^(\d{4}-\d{2}-\d{2})T[0-9:.,+Z-]*$', '\1') as birth,
        regexp_replace(trim(dthdtc), '^(\d{4}-\d{2}-\d{2})T[0-9:.,+Z-]*$', '\1') as death,
        regexp_replace(trim(rfpendtc), '^(\d{4}-\d{2}-\d{2})T[0-9:.,+Z-]*$', '\1') as participation_end,
        regexp_replace(
            trim(greatest(dmdtc, rficdtc, rfstdtc, rfxstdtc, rfendtc, rfxendtc, dthdtc)),
            '^(\d{4}-\d{2}-\d{2})T[0-9:.,+Z-]*$', '\1'
        ) as latest_date,
        row_number,
        file
    from dm
)

select
    usubjid as patient_id,
    case upper(trim(sex))
        when 'F' then 'female'
        when 'M' then 'male'
        when 'U' then 'unknown'
        when 'UNDIFFERENTIATED' then 'unknown'
        when 'INTERSEX' then 'unknown'
        else sex
    end as sex,
    birth as birth_date,
    cast(null as varchar) as metastatic_diagnosis_date,
    cast(null as varchar) as er_status,
    cast(null as varchar) as pr_status,
    coalesce(nullif(participation_end, ''), latest_date) as last_contact_date,
    death as death_date,
    row_number,
    file
from subjects
order by file, row_number
