-- One row per subject to whom EX has something given: the study treatment as line 1, from its first dose to its last.
-- Dates are compared as ISO text, where a partial date sorts before the days it covers. So a partial start
-- is taken when it could be the first, and '~' makes a partial end win when it could be the last: what
-- cannot be told reaches the gate as a partial date.
with exposures as (
    select
        exposure.usubjid,
        nullif(trim(exposure.extrt), '') as treatment,
        upper(trim(coalesce(exposure.extrt, ''))) as treatment_name,
        first_dose.day as start_day,
        last_dose.day as end_day,
        last_dose.day is null
        and first_dose.day = max(first_dose.day) over (
            partition by exposure.usubjid, upper(trim(coalesce(exposure.extrt, '')))
        ) as is_open,
        exposure.row_number,
        exposure.file
    from exposure
    left join calendar_day as first_dose on exposure.exstdtc = first_dose.text
    left join calendar_day as last_dose on exposure.exendtc = last_dose.text
    where exposure.is_given
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
