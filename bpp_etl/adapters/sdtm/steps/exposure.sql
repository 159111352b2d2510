-- One row per record of EX: whether anything was given.
-- A dose that was missed is EXOCCUR N in older versions. A dose of 0 is none given, but of a placebo, whose dose is
-- written as 0 in EX: that is the study treatment of its arm.
select
    ex.usubjid,
    ex.extrt,
    ex.exstdtc,
    ex.exendtc,
    coalesce(upper(trim(ex.exoccur)), '') <> 'N'
    and (
        coalesce(try_cast(trim(ex.exdose) as double) <> 0, true)
        or regexp_matches(upper(coalesce(ex.extrt, '')), '\bPLACEBO\b')
    ) as is_given,
    ex.row_number,
    ex.file
from ex
