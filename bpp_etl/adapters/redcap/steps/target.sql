-- One row per name that a field has in an export, and column of ours that it is: a variable by its own name, a choice
-- of a checkbox also by its column in a flat export (`ticked`). Status names the field of its form's status.
select
    mapped.variable as field,
    mapped.variable,
    mapped.table_name,
    mapped.column_name,
    variable.form || '_complete' as status_field,
    variable.validation,
    variable.row_number as variable_row,
    coalesce(variable.kind = 'checkbox', false) as is_checkbox,
    cast(null as varchar) as ticked
from mapped
left join variable on variable.variable = mapped.variable
where not coalesce(variable.is_identifier, false)

union all

select
    mapped.variable || '___' || regexp_replace(lower(choice.code), '[^a-z0-9_]', '_', 'g') as field,
    mapped.variable,
    mapped.table_name,
    mapped.column_name,
    variable.form || '_complete' as status_field,
    variable.validation,
    variable.row_number as variable_row,
    true as is_checkbox,
    choice.code as ticked
from mapped
inner join variable on variable.variable = mapped.variable
inner join choice on choice.variable = mapped.variable
where variable.kind = 'checkbox' and not variable.is_identifier
