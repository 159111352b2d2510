-- One row per choice of a variable: its code and its label, as the dictionary lists them.
with
listed as (
    select
        variable,
        trim(unnest(string_split(choices, '|'))) as choice,
        generate_subscripts(string_split(choices, '|'), 1) as place
    from variable
    where kind in ('radio', 'dropdown', 'checkbox', 'select')

    union all

    select
        variable.variable,
        truth.choice,
        truth.place
    from variable
    inner join (values ('yesno', '1, Yes', 1), ('yesno', '0, No', 2), ('truefalse', '1, True', 1), ('truefalse', '0, False', 2))
        as truth (kind, choice, place)
        on truth.kind = variable.kind
)

select
    variable,
    place,
    trim(split_part(choice, ',', 1)) as code,
    trim(regexp_replace(substr(choice, strpos(choice, ',') + 1), '<[^>]*>', '', 'g')) as label
from listed
where choice <> ''
qualify row_number() over (partition by variable, code order by place) = 1
