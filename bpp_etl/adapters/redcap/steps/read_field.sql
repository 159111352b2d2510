-- One row per name of a field that is read in an export, or that identifies somebody, and is never read.
select
    field,
    false as is_identifier
from target

union

select
    unnest(['record', 'redcap_event_name', 'redcap_repeat_instrument', 'redcap_repeat_instance']) as field,
    false as is_identifier

union

select
    variable as field,
    false as is_identifier
from record_id

union

select
    status_field as field,
    false as is_identifier
from target
where status_field is not null

union

select
    variable as field,
    true as is_identifier
from variable
where is_identifier

union

select
    variable.variable || '___' || regexp_replace(lower(choice.code), '[^a-z0-9_]', '_', 'g') as field,
    true as is_identifier
from variable
inner join choice on choice.variable = variable.variable
where variable.is_identifier and variable.kind = 'checkbox'
