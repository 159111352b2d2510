-- One row per component of an observation, such as of a panel: its code and its answer.
with told as (
    select
        unnest(json_extract(observation.component, '$[*]')) as one,
        observation.row_number,
        observation.file
    from observation
    where observation.component is not null
)

select
    json_extract(told.one, '$.code.coding')::varchar as code,
    told.one ->> '$.valueQuantity.value' as number,
    told.one ->> '$.valueQuantity.comparator' as comparator,
    told.one ->> '$.valueQuantity.unit' as unit,
    told.one ->> '$.valueQuantity.system' as unit_system,
    told.one ->> '$.valueQuantity.code' as unit_code,
    told.one ->> '$.valueString' as text,
    told.one ->> '$.valueInteger' as integer,
    told.one ->> '$.valueCodeableConcept.text' as answer_text,
    json_extract(told.one, '$.valueCodeableConcept.coding')::varchar as answer,
    json_extract(told.one, '$.interpretation[0].coding')::varchar as interpretation,
    json_extract(told.one, '$.referenceRange')::varchar as reference_range,
    told.row_number,
    told.file
from told
