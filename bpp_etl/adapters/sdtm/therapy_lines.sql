-- One row per subject with a record in EX: the study treatment as line 1, from its first dose to its last.
-- Dates are compared as ISO text, where a partial date sorts before the days it covers. So a partial start
-- is taken when it could be the first, and '~' makes a partial end win when it could be the last: what
-- cannot be told reaches the gate as a partial date.
with exposures as (
    select
        ex.usubjid,
        nullif(trim(ex.extrt), '') as treatment,
        first_dose.day as start_day,
        last_dose.day as end_day,
        ex.row_number,
        ex.file
    from ex
    left join calendar_day as first_dose on ex.exstdtc = first_dose.text
    left join calendar_day as last_dose on ex.exendtc = last_dose.text
),

lines as (
    select
        usubjid,
        string_agg(distinct treatment, ' + ' order by treatment) as regimen,
        min(start_day) as first_day,
        arg_max(end_day, end_day || '~') as last_day,
        max(start_day) filter (end_day is null) as last_open_start,
        first(row_number order by start_day nulls last, row_number) as row_number,
        first(file order by start_day nulls last, row_number) as file
    from exposures
    group by usubjid
)

select
    usubjid as patient_id,
    '1' as line_number,
    regimen,
    first_day as start_date,
    -- A dose that begins at or after the last known end and has no end of its own leaves the end of the line
    -- unknown.
    case when last_open_start is null or last_open_start < last_day then last_day end as end_date,
    cast(null as varchar) as end_reason,
    cast(null as varchar) as cycle_length_days,
    row_number,
    file
from lines
order by file, row_number
