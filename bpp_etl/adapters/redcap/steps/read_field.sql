-- One row per name of a field that is read in an export, or that identifies somebody, and is never read.
select
    field,
    false as is_identifier,
    cast(null as varchar) as beside
from target

union

select
    context.field,
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
    false as is_identifier,
    'record' as beside
from record_id

union

select
    status_field as field,
    false as is_identifier,
    cast(null as varchar) as beside
from target
where status_field is not null

union

select
    variable as field,
    true as is_identifier,
    cast(null as varchar) as beside
from variable
where is_identifier

union

select
    variable.variable || '___' || regexp_replace(lower(choice.code), '[^a-z0-9_]', '_', 'g') as field,
    true as is_identifier,
    cast(null as varchar) as beside
from variable
inner join choice on choice.variable = variable.variable
where variable.is_identifier and variable.kind = 'checkbox'
