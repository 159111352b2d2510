-- One row per person.
-- Birth. All three parts must be there, and nothing completes them; a word such as NULL is none. A part that is no
-- number passes untouched, and one with a decimal, as some tools write a number that may be lacking, without it.
-- Last contact. Of the dead, the day of death; of the living, only what the registry declares.
with births as (
    select
        row_number,
        file,
        case
            when not (
                regexp_full_match(year, '(?i)null|none|na|n/a|nan|nil|[-.?]|\[not available\]|')
                or regexp_full_match(month, '(?i)null|none|na|n/a|nan|nil|[-.?]|\[not available\]|')
                or regexp_full_match(day_of_month, '(?i)null|none|na|n/a|nan|nil|[-.?]|\[not available\]|')
            )
                then concat_ws(
                    '-',
                    year,
                    coalesce(printf('%02d', try_cast(month as integer)), month),
                    coalesce(printf('%02d', try_cast(day_of_month as integer)), day_of_month)
                )
        end as day
    from (
        select
            row_number,
            file,
            regexp_replace(trim(year_of_birth), '\.0+$', '') as year,
            regexp_replace(trim(month_of_birth), '\.0+$', '') as month,
            regexp_replace(trim(day_of_birth), '\.0+$', '') as day_of_month
        from person
    ) as parts
),

deaths as (
    select
        person_id,
        min(nullif(if(strlen(trim(death_date)) > 10, regexp_replace(trim(death_date), '[ T]00:00:00(\.0+)?$', ''), trim(death_date)), '')) as day
    from death
    group by person_id
),

periods as (
    select
        person_id,
        max(nullif(if(strlen(trim(observation_period_end_date)) > 10, regexp_replace(trim(observation_period_end_date), '[ T]00:00:00(\.0+)?$', ''), trim(observation_period_end_date)), '')) as last_day
    from observation_period
    group by person_id
),

metastases as (
    select
        person_id,
        min(nullif(trim(day), '')) as day
    from (
        select
            person_id,
            day
        from finding
        where meaning = 'metastasis' and status is distinct from 'negative'
        union all
        select
            condition_occurrence.person_id,
            if(strlen(condition_occurrence.condition_start_date) > 10, regexp_replace(condition_occurrence.condition_start_date, '[ T]00:00:00(\.0+)?$', ''), condition_occurrence.condition_start_date) as day
        from condition_occurrence
        left join known_concept
            on
                try_cast(condition_occurrence.condition_concept_id as bigint) = known_concept.concept_id
                and known_concept.meaning = 'metastasis'
        where
            known_concept.concept_id is not null
            or regexp_matches(trim(condition_occurrence.condition_source_value), '(?i)^(icd-?10[a-z-]*\s*[:|/]\s*)?C7[89](\.|\d|\s|$)')
        union all
        select
            episode.person_id,
            if(strlen(episode.episode_start_date) > 10, regexp_replace(episode.episode_start_date, '[ T]00:00:00(\.0+)?$', ''), episode.episode_start_date) as day
        from episode
        inner join known_concept
            on
                try_cast(episode.episode_concept_id as bigint) = known_concept.concept_id
                and known_concept.meaning = 'metastasis'
    )
    group by person_id
)

select
    trim(person.person_id) as patient_id,
    case try_cast(person.gender_concept_id as bigint)
        when 8532 then 'female'
        when 8507 then 'male'
        else 'unknown'
    end as sex,
    births.day as birth_date,
    metastases.day as metastatic_diagnosis_date,
    er.status as er_status,
    pr.status as pr_status,
    deaths.day as last_contact_date,
    deaths.day as death_date,
    coalesce(deaths.day, periods.last_day) as observation_period,
    case when deaths.person_id is not null and deaths.day is null then 'death_date' end as approximated,
    person.row_number,
    person.file
from person
inner join births on person.row_number = births.row_number and person.file = births.file
left join deaths on person.person_id = deaths.person_id
left join periods on person.person_id = periods.person_id
left join metastases on person.person_id = metastases.person_id
left join receptor as er on person.person_id = er.person_id and er.meaning = 'er'
left join receptor as pr on person.person_id = pr.person_id and pr.meaning = 'pr'
order by person.file, person.row_number
