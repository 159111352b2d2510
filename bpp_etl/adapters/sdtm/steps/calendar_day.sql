-- One row per text that stands in a date of the domains: the day that it says.
-- A time of day is part of a conformant SDTM date: the day before the T is kept. Anything else (2014-03,
-- --12-15) stays as it is, for the gate.
select
    text,
    nullif(regexp_replace(trim(text), '^(\d{4}-\d{2}-\d{2})T[0-9:.,+Z-]*$', '\1'), '') as day
from (
    select unnest([brthdtc, dthdtc, rficdtc, rfstdtc, rfendtc, rfxstdtc, rfxendtc, rfpendtc, dmdtc]) as text
    from dm
    union
    select unnest([exstdtc, exendtc]) as text from ex
    union
    select lbdtc as text from lb
    union
    select tudtc as text from tu
    union
    select trdtc as text from tr
    union
    select rsdtc as text from rs
)
where text is not null
