-- One row per filled cell of a mapped field and column of ours: what it tells there, whose it is (`key_row`: the first
-- row of the instance, of patients that of the record), and whether it counts.
with
cell as (
    select
        data.row_number,
        data.field,
        trim(data.value) as value,
        target.variable,
        target.table_name,
        target.column_name,
        target.status_field,
        target.validation,
        target.variable_row,
        target.ticked,
        target.is_checkbox,
        coalesce(target.ticked, trim(data.value)) as chosen
    from data
    inner join target on target.field = data.field
    where
        trim(data.value) <> ''
        and (target.ticked is null or lower(trim(data.value)) in ('1', 'checked'))
)

select
    cell.row_number,
    cell.field,
    cell.variable,
    cell.variable_row,
    cell.table_name,
    cell.column_name,
    if(cell.table_name = 'patients', export_row.record_row, export_row.instance_row) as key_row,
    if(cell.is_checkbox, meant.place, 0) as place,
    case
        when meant.told is not null then meant.told
        when cell.validation like 'date%' and regexp_matches(cell.value, '^\d{4}-\d{2}-\d{2}[ T]\d')
            then left(cell.value, 10)
        when cell.validation like 'date%_dmy' or cell.validation like 'date%_mdy'
            then coalesce(
                strftime(
                    try_strptime(
                        regexp_replace(
                            cell.value,
                            '^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})( .*)?$',
                            if(cell.validation like '%_dmy', '\3-\2-\1', '\3-\1-\2')
                        ),
                        '%Y-%m-%d'
                    ),
                    '%Y-%m-%d'
                ),
                cell.value
            )
        when cell.validation like '%comma_decimal' then replace(cell.value, ',', '.')
        else cell.value
    end as told,
    cell.table_name not in (select name from setting where path = 'events')
    or (cell.table_name, export_row.event)
    in (select (name, value) from setting where path = 'events') as is_of_event,
    not exists (from setting where path = 'statuses')
    or coalesce(form_status.status, 'blank')
    in (select lower(value) from setting where path = 'statuses') as has_status
from cell
inner join export_row on export_row.row_number = cell.row_number
left join form_status
    on
        form_status.instance_row = export_row.instance_row
        and form_status.status_field = cell.status_field
left join labelled on labelled.variable = cell.variable
left join meant
    on
        meant.variable = cell.variable
        and meant.table_name = cell.table_name
        and meant.column_name = cell.column_name
        and if(cell.ticked is null and labelled.variable is not null, meant.label, meant.code) = cell.chosen
