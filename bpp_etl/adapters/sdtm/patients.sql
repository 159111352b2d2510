-- One row per subject of DM. A screen failure was seen and consented, so it stays a patient; it has no line
-- of treatment.
-- Birth comes from BRTHDTC alone: an AGE in years is not a date of birth.
-- RFPENDTC is by its definition the last known contact. Without it, the latest date that DM itself holds.
select
    dm.usubjid as patient_id,
    case upper(trim(dm.sex))
        when 'F' then 'female'
        when 'M' then 'male'
        when 'U' then 'unknown'
        when 'UNDIFFERENTIATED' then 'unknown'
        when 'INTERSEX' then 'unknown'
        else dm.sex
    end as sex,
    birth.day as birth_date,
    cast(null as varchar) as metastatic_diagnosis_date,
    cast(null as varchar) as er_status,
    cast(null as varchar) as pr_status,
    coalesce(participation_end.day, latest.day) as last_contact_date,
    death.day as death_date,
    case when upper(trim(dm.dthfl)) = 'Y' and death.day is null then 'death_date' end as approximated,
    dm.row_number,
    dm.file
from dm
left join calendar_day as birth on dm.brthdtc = birth.text
left join calendar_day as death on dm.dthdtc = death.text
left join calendar_day as participation_end on dm.rfpendtc = participation_end.text
left join calendar_day as latest
    on
        greatest(dm.dmdtc, dm.rficdtc, dm.rfstdtc, dm.rfxstdtc, dm.rfendtc, dm.rfxendtc, dm.dthdtc)
        = latest.text
order by dm.file, dm.row_number
