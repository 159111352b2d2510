-- One row per form of an instance that has a status: its field, and the word for it.
select
    export_row.record,
    export_row.event,
    export_row.instrument,
    export_row.instance,
    data.field as status_field,
    case lower(trim(min(data.value)))
        when '0' then 'incomplete' when '1' then 'unverified' when '2' then 'complete' else lower(trim(min(data.value)))
    end as status
from data
inner join export_row on export_row.row_number = data.row_number
where data.field in (select status_field from target) and data.field not in (select field from target)
group by export_row.record, export_row.event, export_row.instrument, export_row.instance, data.field
