-- One row per variable and column of ours that it is: what the registry states wins over the annotation. The record
-- id is none, for it stands in every row.
with
stated as (
    select
        lower(name) as variable,
        substr(path, length('map.') + 1) as table_name,
        lower(value) as column_name
    from setting
    where starts_with(path, 'map.') and name <> ''
),

annotated as (
    select
        variable,
        unnest(regexp_extract_all(annotation, 'bpp:([a-z0-9_]+\.[a-z0-9_]+)', 1)) as place
    from variable
),

named as (
    select
        variable,
        table_name,
        column_name
    from stated

    union

    select
        variable,
        split_part(place, '.', 1) as table_name,
        split_part(place, '.', 2) as column_name
    from annotated
    where (variable, split_part(place, '.', 1)) not in (select (variable, table_name) from stated)
)

select
    named.variable,
    named.table_name,
    named.column_name,
    ours.kind
from named
inner join (select distinct table_name, column_name, kind from our_column) as ours
    on ours.table_name = named.table_name and ours.column_name = named.column_name
where named.variable <> (select variable from record_id)
