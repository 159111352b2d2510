-- One row per episode of care: the line of therapy that it is, or why it is none.
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
        lower(coalesce(episode.status, '')) as status,
        episode.row_number,
        episode.file
    from episode
)

select
    patient_of.patient_id,
    told.line_number,
    told.regimen,
    told.start_date,
    told.end_date,
    case
        when outdated.row_number is not null then 'an episode of care that was updated since'
        when told.status in ('entered-in-error', 'cancelled') then 'an episode of care in error or cancelled'
        when told.line_number is null then 'an episode of care without a line number'
    end as left_out,
    told.row_number,
    told.file
from told
left join patient_of on told.reference = patient_of.reference
left join outdated on outdated.source = 'episode' and told.row_number = outdated.row_number
