-- One row per form of an instance that has a status, by the field that holds it; none where every status counts.
select
    export_row.instance_row,
    data.field as status_field,
    case lower(trim(min(data.value)))
        when '0' then 'incomplete'
        when '1' then 'unverified'
        when '2' then 'complete'
        else lower(trim(min(data.value)))
    end as status
from data
inner join export_row on export_row.row_number = data.row_number
where
    exists (from setting where path = 'statuses')
    and data.field in (select status_field from target)
    and data.field not in (select field from target)
group by export_row.instance_row, data.field
