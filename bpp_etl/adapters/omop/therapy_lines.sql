-- One row per episode of treatment with drugs that is no part of another: a line.
-- The number of the line is the episode's own; none is counted out where it is empty.
select
    trim(person_id) as patient_id,
    number as line_number,
    regimen,
    start_day as start_date,
    end_day as end_date,
    cast(null as varchar) as end_reason,
    -- The median distance of neighbouring starts; one cycle alone has none.
    cast(
        cast(
            round(
                list_median(
                    list_transform(
                        list_zip(list_sort(cycle_starts)[2:], list_sort(cycle_starts)[:-2]),
                        lambda pair: date_diff('day', pair[2], pair[1])
                    )
                )
            ) as integer
        ) as varchar
    ) as cycle_length_days,
    row_number,
    file
from treatment
where is_line
order by file, row_number
