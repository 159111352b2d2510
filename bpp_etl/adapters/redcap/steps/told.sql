-- One row per column of a row of ours, with what the export tells of it. Several answers are joined by +. What is
-- delivered twice of one field is a row of its own (`copy`), for the gate to judge; of patients only where it differs.
with
counting as (
    select
        table_name,
        column_name,
        key_row,
        count(*) as answers,
        any_value(told) as told,
        min(row_number) as row_number
    from answer
    where is_of_event and has_status
    group by table_name, column_name, key_row
),

several as (
    select
        answer.table_name,
        answer.column_name,
        answer.key_row,
        answer.field,
        answer.place,
        answer.variable,
        answer.variable_row,
        answer.told,
        answer.row_number,
        if(
            answer.table_name = 'patients',
            min(answer.row_number) over (
                partition by
                    answer.table_name,
                    answer.column_name,
                    answer.key_row,
                    answer.field,
                    answer.place,
                    answer.told
            ),
            answer.row_number
        ) as first_seen
    from answer
    inner join counting
        on
            counting.table_name = answer.table_name
            and counting.column_name = answer.column_name
            and counting.key_row = answer.key_row
    where answer.is_of_event and answer.has_status and counting.answers > 1
),

copied as (
    select
        table_name,
        column_name,
        key_row,
        variable,
        variable_row,
        place,
        told,
        row_number,
        first_seen,
        dense_rank() over (
            partition by table_name, column_name, key_row, field, place
            order by first_seen
        ) as copy
    from several
)

select
    table_name,
    column_name,
    key_row,
    1 as copy,
    told,
    row_number
from counting
where answers = 1

union all

select
    table_name,
    column_name,
    key_row,
    copy,
    string_agg(told, ' + ' order by variable_row, variable, place, row_number)
        filter (where row_number = first_seen) as told,
    min(row_number) as row_number
from copied
group by table_name, column_name, key_row, copy
