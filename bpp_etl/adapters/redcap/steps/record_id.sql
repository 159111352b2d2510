-- One row per project: the variable of its record id.
select
    coalesce(
        (select min(lower(value)) from setting where path = 'record' and value <> ''),
        (select variable from variable where is_record_id),
        'record_id'
    ) as variable
