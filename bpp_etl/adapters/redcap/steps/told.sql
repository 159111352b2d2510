-- One row per column of a row of ours, with what the export tells of it: several answers of one row are joined by +.
-- A row is an instance, and of patients a record. What is delivered twice of one field is a row of its own (`copy`), for
-- the gate to judge; of patients only where it differs.
with
counting as (
    select
        table_name,
        column_name,
        record,
        case table_name when 'patients' then '' else event end as event,
        case table_name when 'patients' then '' else instrument end as instrument,
        case table_name when 'patients' then '' else instance end as instance,
        field,
        place,
        position,
        told,
        file,
        row_number,
        case table_name
            when 'patients'
                then min(row_number) over (partition by table_name, column_name, record, field, place, told)
            else row_number
        end as first_seen
    from answer
    where is_of_event and has_status
),

copied as (
    select
        table_name,
        column_name,
        record,
        event,
        instrument,
        instance,
        position,
        place,
        told,
        file,
        row_number,
        first_seen,
        dense_rank() over (
            partition by table_name, column_name, record, event, instrument, instance, field, place
            order by first_seen
        ) as copy
    from counting
)

select
    table_name,
    column_name,
    record,
    event,
    instrument,
    instance,
    copy,
    string_agg(told, ' + ' order by position, place) filter (where row_number = first_seen) as told,
    min(row_number) as row_number,
    arg_min(file, row_number) as file
from copied
group by table_name, column_name, record, event, instrument, instance, copy
