-- One row per name that a field may have in an export: whether it is read, or identifies somebody, which is never read,
-- and the column that it is beside every cell.
select
    field,
    true as is_read,
    false as is_identifier,
    cast(null as varchar) as beside
from target

union

select
    status_field as field,
    true as is_read,
    false as is_identifier,
    cast(null as varchar) as beside
from target
where status_field is not null

union

select
    context.field,
    true as is_read,
    false as is_identifier,
    context.beside
from (
    values
    ('record', 'record'),
    ('redcap_event_name', 'event'),
    ('redcap_repeat_instrument', 'instrument'),
    ('redcap_repeat_instance', 'instance')
) as context (field, beside)

union

select
    variable as field,
    true as is_read,
    false as is_identifier,
    'record' as beside
from record_id

union

select
    variable as field,
    false as is_read,
    is_identifier,
    cast(null as varchar) as beside
from variable

union

select
    variable.variable || '___' || regexp_replace(lower(choice.code), '[^a-z0-9_]', '_', 'g') as field,
    false as is_read,
    variable.is_identifier,
    cast(null as varchar) as beside
from variable
inner join choice on choice.variable = variable.variable
where variable.kind = 'checkbox'
