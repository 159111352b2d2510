-- One row per table and meaning of its rows: how many there are, and the table they come into (empty: none). Sums to
-- the table.
-- Measurements are counted by what their cells say before their concepts are looked up: few say anything else.
with alike as (
    select
        measurement_concept_id,
        unit_concept_id,
        trim(unit_source_value) <> '' as has_unit_text,
        count(*) as source_rows
    from measurement
    group by measurement_concept_id, unit_concept_id, trim(unit_source_value) <> ''
),

measured as (
    select
        alike.source_rows,
        case
            when known_concept.meaning in ('alp_total', 'alp_bone')
                then case
                    when unit.concept_id is not null
                        then 'a result of alkaline phosphatase'
                    when alike.has_unit_text
                        then 'a result of alkaline phosphatase whose unit is text alone'
                    else 'a result of alkaline phosphatase without a unit that is known'
                end
            when known_concept.meaning in ('er', 'pr') then 'a receptor status'
            when known_concept.meaning in ('her2_ihc', 'her2_ish') then 'a HER2 test'
            when known_concept.meaning = 'metastasis' then 'a metastasis'
            when known_concept.meaning = 'er_and_pr' then 'one status of both receptors together'
            when known_concept.meaning = 'whole_response' then 'a response of the whole body'
            when coalesce(try_cast(alike.measurement_concept_id as bigint), 0) = 0
                then 'a measurement without a concept'
            else 'another measurement'
        end as meaning,
        case
            when known_concept.meaning in ('alp_total', 'alp_bone') then 'lab_results'
            when known_concept.meaning in ('er', 'pr', 'metastasis') then 'patients'
            when known_concept.meaning in ('her2_ihc', 'her2_ish') then 'her2_tests'
        end as table_name
    from alike
    left join known_concept on try_cast(alike.measurement_concept_id as bigint) = known_concept.concept_id
    left join unit on try_cast(alike.unit_concept_id as bigint) = unit.concept_id
),

conditions as (
    select
        case
            when
                known_concept.concept_id is not null
                or regexp_matches(trim(condition_occurrence.condition_source_value), '(?i)^(icd-?10[a-z-]*\s*[:|/]\s*)?C7[89](\.|\d|\s|$)')
                then 'a metastasis'
            else 'another condition'
        end as meaning
    from condition_occurrence
    left join known_concept
        on
            try_cast(condition_occurrence.condition_concept_id as bigint) = known_concept.concept_id
            and known_concept.meaning = 'metastasis'
),

procedures as (
    select coalesce(known_concept.meaning in ('ct', 'pet_ct', 'mri', 'bone_scan', 'xray'), false) as is_scan
    from procedure_occurrence
    left join known_concept
        on try_cast(procedure_occurrence.procedure_concept_id as bigint) = known_concept.concept_id
),

parts as (
    select distinct
        row_number,
        file
    from treatment
    where not is_line
),

episodes as (
    select
        case
            when known_concept.meaning = 'drug_treatment'
                then case when parts.file is null then 'a line of therapy' else 'a part of a line' end
            when known_concept.meaning = 'cycle' then 'a cycle'
            when known_concept.meaning = 'metastasis' then 'metastatic disease'
            else 'another episode'
        end as meaning,
        case
            when known_concept.meaning in ('drug_treatment', 'cycle') then 'therapy_lines'
            when known_concept.meaning = 'metastasis' then 'patients'
        end as table_name
    from episode
    left join known_concept on try_cast(episode.episode_concept_id as bigint) = known_concept.concept_id
    left join parts on episode.row_number = parts.row_number and episode.file = parts.file
)

select
    'person' as source,
    'a person' as meaning,
    'patients' as table_name,
    count(*) as source_rows
from person

union all

select
    'death' as source,
    'a death' as meaning,
    'patients' as table_name,
    count(*) as source_rows
from death

union all

select
    'observation_period' as source,
    'a period whose end is a last contact where that is declared' as meaning,
    'patients' as table_name,
    count(*) as source_rows
from observation_period

union all

select
    'condition_occurrence' as source,
    meaning,
    case meaning when 'a metastasis' then 'patients' end as table_name,
    count(*) as source_rows
from conditions
group by meaning

union all

select
    'measurement' as source,
    meaning,
    table_name,
    cast(sum(source_rows) as bigint) as source_rows
from measured
group by meaning, table_name

union all

select
    'procedure_occurrence' as source,
    case when is_scan then 'a scan' else 'another procedure' end as meaning,
    case when is_scan then 'imaging_assessments' end as table_name,
    count(*) as source_rows
from procedures
group by is_scan

union all

select
    'drug_exposure' as source,
    case when agent is not null then 'an agent against the cancer' else 'another drug' end as meaning,
    case when agent is not null then 'drug_exposures' end as table_name,
    count(*) as source_rows
from drug
group by agent is not null

union all

select
    'episode' as source,
    meaning,
    table_name,
    count(*) as source_rows
from episodes
group by meaning, table_name
