-- One row per episode of care that has a therapy line number.
-- Onconova's EpisodeOfCare: type NCIT C133518, the number in the extension therapy-line-number.
with told as (
    select
        regexp_extract(episode.subject, '([^/:#]+)(/_history/.*)?$', 1) as patient_ref,
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
    qualify
        row_number() over (
            partition by coalesce(episode.id, concat(episode.file, episode.row_number))
            order by
                episode.last_updated desc nulls last, try_cast(episode.version as bigint) desc nulls last,
                episode.row_number desc, episode.file desc
        ) = 1
)

select
    coalesce(patient_key.patient_id, told.patient_ref) as patient_id,
    told.line_number,
    told.regimen,
    told.start_date,
    told.end_date,
    cast(null as varchar) as end_reason,
    cast(null as varchar) as cycle_length_days,
    told.row_number,
    told.file
from told
left join patient_key on told.patient_ref = patient_key.reference_key
where
    told.line_number is not null
    and lower(coalesce(told.status, '')) not in ('entered-in-error', 'cancelled')
