-- One row per row of the export: whose it is, and which instance of which instrument in which event ('' says none). The
-- first row of the same instance, and the first of the same record, name these two.
with
told as (
    select
        row_number,
        file,
        coalesce(trim(record), '') as record,
        coalesce(trim(event), '') as event,
        coalesce(trim(instrument), '') as instrument,
        coalesce(trim(instance), '') as instance
    from data
    where position = 0
),

instance_of as (
    select
        record,
        event,
        instrument,
        instance,
        min(row_number) as instance_row
    from told
    group by record, event, instrument, instance
),

record_of as (
    select
        record,
        min(instance_row) as record_row
    from instance_of
    group by record
)

select
    told.row_number,
    told.file,
    told.record,
    told.event,
    told.instrument,
    told.instance,
    instance_of.instance_row,
    record_of.record_row
from told
inner join instance_of
    on
        instance_of.record = told.record
        and instance_of.event = told.event
        and instance_of.instrument = told.instrument
        and instance_of.instance = told.instance
inner join record_of on record_of.record = told.record
