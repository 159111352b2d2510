-- One row per admitted ALP result, in order, against its upper limit.
select
    specimen_date,
    analyte,
    value,
    unit,
    upper_limit_normal,
    value / upper_limit_normal as times_upper_limit,
    flags
from core.lab_results
order by specimen_date, analyte, laboratory, row_number
