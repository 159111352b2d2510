-- One row per row of the export: whose it is, and which instance of which instrument in which event; '' says none.
select
    file,
    row_number,
    coalesce(
        max(trim(value)) filter (where field = (select variable from record_id)),
        max(trim(value)) filter (where field = 'record'),
        ''
    ) as record,
    coalesce(max(trim(value)) filter (where field = 'redcap_event_name'), '') as event,
    coalesce(max(trim(value)) filter (where field = 'redcap_repeat_instrument'), '') as instrument,
    coalesce(max(trim(value)) filter (where field = 'redcap_repeat_instance'), '') as instance
from data
group by file, row_number
