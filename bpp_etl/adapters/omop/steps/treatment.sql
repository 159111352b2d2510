-- One row per episode of treatment with drugs, with the line that it is, or is a part of, and the days on which the
-- cycles of that line start.
-- The oncology group has no concept for a line: it is the outermost of such episodes. What is inside of it, as a
-- regimen of a line, is a part.
with known as (
    select
        try_cast(episode.episode_id as bigint) as id,
        nullif(try_cast(episode.episode_parent_id as bigint), try_cast(episode.episode_id as bigint)) as parent,
        known_concept.meaning,
        episode.person_id,
        if(strlen(episode.episode_start_date) > 10, regexp_replace(episode.episode_start_date, '[ T]00:00:00(\.0+)?$', ''), episode.episode_start_date) as start_day,
        if(strlen(episode.episode_end_date) > 10, regexp_replace(episode.episode_end_date, '[ T]00:00:00(\.0+)?$', ''), episode.episode_end_date) as end_day,
        -- Some tools write a number that may be lacking with a decimal.
        regexp_replace(trim(episode.episode_number), '\.0+$', '') as number,
        nullif(trim(episode.episode_source_value), '') as regimen,
        episode.row_number,
        episode.file
    from episode
    inner join known_concept on try_cast(episode.episode_concept_id as bigint) = known_concept.concept_id
    where known_concept.meaning in ('drug_treatment', 'cycle')
),

placed as (
    select
        treatment.id,
        outer_treatment.id is null as is_line,
        coalesce(outer_treatment.id, treatment.id) as line,
        treatment.person_id,
        treatment.start_day,
        treatment.end_day,
        treatment.number,
        treatment.regimen,
        treatment.row_number,
        treatment.file
    from known as treatment
    left join (select distinct id from known where meaning = 'drug_treatment') as outer_treatment
        on treatment.parent = outer_treatment.id
    where treatment.meaning = 'drug_treatment'
),

cycles as (
    select
        place.line,
        list(distinct try_cast(cycle.start_day as date)) as starts
    from known as cycle
    inner join (select id, min(line) as line from placed group by id) as place on cycle.parent = place.id
    where cycle.meaning = 'cycle' and try_cast(cycle.start_day as date) is not null
    group by place.line
),

parts as (
    select
        line,
        string_agg(distinct regimen, ' + ' order by regimen) as regimen
    from placed
    where not is_line
    group by line
)

select
    placed.is_line,
    placed.line,
    placed.person_id,
    placed.start_day,
    placed.end_day,
    placed.number,
    coalesce(placed.regimen, parts.regimen) as regimen,
    coalesce(cycles.starts, cast([] as date[])) as cycle_starts,
    placed.row_number,
    placed.file
from placed
left join parts on placed.line = parts.line
left join cycles on placed.line = cycles.line
