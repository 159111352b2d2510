-- One row per subject with a record in EX: the study treatment as line 1, from its first dose to its last.
-- Dates are compared as ISO text, where a partial date sorts before the days it covers. So a partial start
-- is taken when it could be the first, and '~' makes a partial end win when it could be the last: what
-- cannot be told reaches the gate as a partial date.
with exposures as (
    select
        ex.usubjid,
        nullif(trim(ex.extrt), '') as treatment,
        upper(trim(coalesce(ex.extrt, ''))) as treatment_name,
        first_dose.day as start_day,
        last_dose.day as end_day,
        last_dose.day is null
        and first_dose.day = max(first_dose.day) over (
            partition by ex.usubjid, upper(trim(coalesce(ex.extrt, '')))
        ) as is_open,
        ex.row_number,
        ex.file
    from ex
    left join calendar_day as first_dose on ex.exstdtc = first_dose.text
    left join calendar_day as last_dose on ex.exendtc = last_dose.text
),

-- One treatment is called by one name, however its letters are written.
called as (
    select
        usubjid,
        min(treatment) over (partition by usubjid, treatment_name) as treatment,
        start_day,
        end_day,
        is_open,
        row_number,
        file
    from exposures
),

lines as (
    select
        usubjid,
        string_agg(distinct treatment, ' + ' order by treatment) as regimen,
        min(start_day) as first_day,
        arg_max(end_day, end_day || '~') as last_day,
        bool_or(is_open) as is_open,
        first(row_number order by start_day nulls last, row_number) as row_number,
        first(file order by start_day nulls last, row_number) as file
    from called
    group by usubjid
)

select
    usubjid as patient_id,
    '1' as line_number,
    regimen,
    first_day as start_date,
    -- The last record of an agent that has no end of its own, such as of tablets that go on beside infusions, leaves
    -- the end of the line unknown.
    case when not coalesce(is_open, false) then last_day end as end_date,
    cast(null as varchar) as end_reason,
    cast(null as varchar) as cycle_length_days,
    row_number,
    file
from lines
order by file, row_number
