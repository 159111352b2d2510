-- One row per result of alkaline phosphatase.
-- The upper limit is that of the one range that is normal, or not said to be of another type, in the result's own
-- unit; of several ranges, such as one for each sex, none is the patient's for sure, unless they agree.
with limits as (
    select
        texts.reference_range,
        list_filter(
            json_extract(texts.reference_range, '$[*]'),
            lambda one: coalesce(one ->> '$.type.coding[0].code', 'normal') = 'normal'
        ) as normal
    from (select distinct reading.reference_range from reading where reading.reference_range is not null) as texts
),

upper_limit as (
    select
        limits.reference_range,
        list_transform(limits.normal, lambda one: one ->> '$.high.value')[1] as high,
        list_transform(
            limits.normal, lambda one: coalesce(one ->> '$.high.code', one ->> '$.high.unit', '')
        )[1] as code,
        list_transform(
            limits.normal, lambda one: coalesce(one ->> '$.high.unit', one ->> '$.high.code', '')
        )[1] as unit
    from limits
    where len(list_distinct(list_transform(limits.normal, lambda one: coalesce(one ->> '$.high', '')))) = 1
)

select
    reading.patient_id,
    reading.subject as analyte,
    reading.day as specimen_date,
    concat(reading.comparator, coalesce(reading.number, reading.text, reading.integer)) as value,
    reading.unit,
    case
        when
            upper_limit.code = ''
            or lower(reading.unit) in (lower(upper_limit.code), lower(upper_limit.unit))
            then upper_limit.high
    end as upper_limit_normal,
    cast(null as varchar) as laboratory,
    reading.row_number,
    reading.file
from reading
left join upper_limit on reading.reference_range = upper_limit.reference_range
where reading.subject in ('ALP_TOTAL', 'ALP_BONE') and reading.left_out is null
