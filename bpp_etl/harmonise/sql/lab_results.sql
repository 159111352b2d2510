-- One row per parsed alkaline phosphatase result, harmonised: total ALP in U/L, bone ALP in U/L or ug/L.
-- Nothing is rounded and no unit is guessed: an unknown unit leaves value and unit empty, and names its rule.
with recognised as (
    select
        l.row_number,
        l.registry,
        l.patient_id,
        l.analyte,
        l.specimen_date,
        l.value,
        l.value_text,
        l.unit_text,
        l.upper_limit_normal,
        d.upper_limit_normal as declared_limit,
        l.laboratory,
        coalesce(l.problems, []) as problems,
        coalesce(s.folded_unit, '') = '' as is_unit_empty,
        u.kind,
        u.harmonised_unit,
        case u.kind
            when 'factor' then cast(u.factor as double)
            -- xULN: the row's limit, its own in U/L or the declared one, is what the value is multiplied by.
            when 'times_upper_limit'
                then
                    case
                        when coalesce(l.upper_limit_normal, d.upper_limit_normal) > 0
                            then coalesce(l.upper_limit_normal, d.upper_limit_normal)
                    end
        end as unit_factor
    from parsed_lab_results as l
    left join unit_spelling as s on s.unit_text = l.unit_text
    left join alp_unit as u on u.analyte = l.analyte and u.folded_unit = s.folded_unit
    left join declared_limit as d on d.row_number = l.row_number
),

-- The numbers as they were written. 1.14 x 60 is 68.4 in decimals, and 68.39999999999999 in binary.
written as (
    select
        row_number,
        registry,
        patient_id,
        analyte,
        specimen_date,
        value,
        value_text,
        unit_text,
        upper_limit_normal,
        declared_limit,
        laboratory,
        problems,
        is_unit_empty,
        kind,
        harmonised_unit,
        unit_factor,
        case when unit_factor <> 1 then try_cast(cast(value as varchar) as decimal(28, 12)) end as exact_value,
        case when unit_factor <> 1 then try_cast(cast(upper_limit_normal as varchar) as decimal(28, 12)) end
            as exact_limit,
        case when unit_factor <> 1 then try_cast(cast(unit_factor as varchar) as decimal(28, 12)) end
            as exact_factor
    from recognised
),

-- Where decimals cannot hold a number exactly, the binary product stands.
multiplied as (
    select
        row_number,
        registry,
        patient_id,
        analyte,
        specimen_date,
        value_text,
        unit_text,
        laboratory,
        problems,
        is_unit_empty,
        kind,
        unit_factor,
        case when unit_factor is not null then harmonised_unit end as unit,
        case
            when unit_factor = 1 then value
            when cast(exact_value as double) = value and cast(exact_factor as double) = unit_factor
                then coalesce(cast(try(exact_value * exact_factor) as double), value * unit_factor)
            else value * unit_factor
        end as value,
        case
            -- A declared limit is in the harmonised unit, and only stands where the row has none.
            when declared_limit is not null then declared_limit
            when unit_factor = 1 or kind = 'times_upper_limit' then upper_limit_normal
            when cast(exact_limit as double) = upper_limit_normal and cast(exact_factor as double) = unit_factor
                then coalesce(
                    cast(try(exact_limit * exact_factor) as double), upper_limit_normal * unit_factor
                )
            else upper_limit_normal * unit_factor
        end as upper_limit_normal
    from written
)

select
    registry,
    patient_id,
    analyte,
    specimen_date,
    value,
    unit,
    upper_limit_normal,
    laboratory,
    value_text as raw_value,
    unit_text as raw_unit,
    unit_factor,
    case
        when kind = 'times_upper_limit' and value is not null then ['value_from_upper_limit']
        else cast([] as varchar[])
    end as flags,
    row_number,
    list_concat(
        problems,
        case
            when is_unit_empty then ['unit_missing']
            -- A row whose analyte is unknown is refused for that; its unit cannot be judged.
            when unit_factor is null and analyte is not null then ['unit_not_convertible']
            else cast([] as varchar[])
        end
    ) as problems
from multiplied
