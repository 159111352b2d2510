-- One row per kind of resource and meaning: how many there are, and the table they come into (empty: none).
-- An observation with components counts as the first of what it and they say that comes into a table.
with parted as (
    select
        component.row_number,
        count(*) filter (code_meaning.meaning in ('ALP_TOTAL', 'ALP_BONE')) > 1 as has_other_alp
    from component
    left join code_meaning on code_meaning.subject = 'observation' and component.code = code_meaning.codings
    group by component.row_number
),

meant as (
    select
        reading.row_number,
        reading.subject,
        reading.left_out,
        false as has_other_alp
    from reading
    anti join parted on reading.row_number = parted.row_number
    union all
    select
        reading.row_number,
        first(reading.subject order by reading.left_out is not null, reading.is_component, reading.subject) as subject,
        first(reading.left_out order by reading.left_out is not null, reading.is_component, reading.subject) as left_out,
        bool_or(parted.has_other_alp) as has_other_alp
    from reading
    inner join parted on reading.row_number = parted.row_number
    group by reading.row_number
)

select
    'patient' as source,
    case
        when lower(trim(patient.is_deceased)) = 'true' and nullif(trim(patient.deceased), '') is null
            then 'a patient who died on a day that is not told'
        else 'a patient'
    end as meaning,
    'patients' as table_name,
    count(*) as source_rows
from patient
group by 1, 2, 3

union all

select
    'condition' as source,
    case
        when code_meaning.meaning is null then 'another condition'
        when lower(condition.verification) in ('entered-in-error', 'refuted') then 'a metastasis in error or refuted'
        else 'a metastasis'
    end as meaning,
    case
        when
            code_meaning.meaning is not null
            and coalesce(lower(condition.verification), '') not in ('entered-in-error', 'refuted')
            then 'patients'
    end as table_name,
    count(*) as source_rows
from condition
left join code_meaning on code_meaning.subject = 'condition' and condition.code = code_meaning.codings
group by 1, 2, 3

union all

select
    'observation' as source,
    coalesce(
        meant.left_out,
        case
            when meant.has_other_alp then 'a result of alkaline phosphatase, the first of two in one observation'
            when meant.subject in ('ALP_TOTAL', 'ALP_BONE') then 'a result of alkaline phosphatase'
            when meant.subject in ('ER', 'PR') then 'a hormone receptor'
            when meant.subject = 'STATUS' then 'a disease status'
            when meant.subject is not null then 'a finding of HER2'
        end,
        'another observation'
    ) as meaning,
    case
        when meant.left_out is not null then null
        when meant.subject in ('ALP_TOTAL', 'ALP_BONE') then 'lab_results'
        when meant.subject in ('ER', 'PR') then 'patients'
        when meant.subject = 'STATUS' then 'imaging_assessments'
        when meant.subject is not null then 'her2_tests'
    end as table_name,
    count(*) as source_rows
from observation
left join meant on observation.row_number = meant.row_number
group by 1, 2, 3

union all

select
    'specimen' as source,
    case when specimen_site.specimen_site is null then 'a specimen of another site' else 'a specimen' end as meaning,
    case when specimen_site.specimen_site is not null then 'her2_tests' end as table_name,
    count(*) as source_rows
from specimen
left join specimen_site on specimen.id = specimen_site.reference_key and specimen.file = specimen_site.file
group by 1, 2, 3

union all

select
    'imaging_study' as source,
    coalesce(study.left_out, 'an imaging study') as meaning,
    case when study.left_out is null then 'imaging_assessments' end as table_name,
    count(*) as source_rows
from study
group by 1, 2, 3

union all

select
    'episode' as source,
    'an episode of care' as meaning,
    'therapy_lines' as table_name,
    count(*) as source_rows
from episode

union all

select
    drug.source,
    coalesce(drug.left_out, 'a drug against the cancer') as meaning,
    case when drug.left_out is null then 'drug_exposures' end as table_name,
    count(*) as source_rows
from drug
group by 1, 2, 3

union all

select
    'medication' as source,
    'a drug that others refer to' as meaning,
    'drug_exposures' as table_name,
    count(*) as source_rows
from medication
