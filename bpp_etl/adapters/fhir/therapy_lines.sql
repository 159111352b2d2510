-- One row per episode of care that has a therapy line number.
-- Onconova's EpisodeOfCare: type NCIT C133518, the number in the extension therapy-line-number.
with told as (
    select
        episode.subject as reference,
        json_extract_string(
            list_filter(
                json_extract(episode.extension, '$[*]'), lambda one: ends_with(one ->> '$.url', 'therapy-line-number')
            )[1], '$.valuePositiveInt'
        ) as line_number,
        episode.regimen,
        regexp_replace(episode.period_start, 'T.*$', '') as start_date,
        regexp_replace(episode.period_end, 'T.*$', '') as end_date,
        episode.status,
        episode.row_number,
        episode.file
    from episode
    anti join outdated on outdated.source = 'episode' and episode.row_number = outdated.row_number
)

select
    patient_of.patient_id,
    told.line_number,
    told.regimen,
    told.start_date,
    told.end_date,
    cast(null as varchar) as end_reason,
    cast(null as varchar) as cycle_length_days,
    told.row_number,
    told.file
from told
left join patient_of on told.reference = patient_of.reference
where
    told.line_number is not null
    and lower(coalesce(told.status, '')) not in ('entered-in-error', 'cancelled')
