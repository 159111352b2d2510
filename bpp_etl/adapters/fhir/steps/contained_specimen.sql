-- One row per observation that contains its own specimen: the body site of that.
select
    observation.row_number,
    json_extract(
        list_filter(
            json_extract(observation.contained, '$[*]'), lambda one: one ->> '$.id' = observation.specimen[2:]
        )[1], '$.collection.bodySite.coding'
    )::varchar as site
from observation
where starts_with(observation.specimen, '#')
