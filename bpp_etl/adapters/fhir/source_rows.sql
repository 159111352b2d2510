-- One row per kind of resource and meaning: how many there are, and the table they come into (empty: none).
-- An observation with components counts as the first of what it and they say that comes into a table.
-- What counts and has the id of a resource of another patient is counted apart.
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
        when outdated.row_number is not null then 'a patient that was updated since'
        when person.is_undated_death then 'a patient who died on a day that is not told'
        else 'a patient'
    end as meaning,
    case when outdated.row_number is null then 'patients' end as table_name,
    count(*) as source_rows
from person
left join outdated on outdated.source = 'patient' and person.row_number = outdated.row_number
group by 1, 2, 3

union all

select
    'condition' as source,
    case
        when code_meaning.meaning is null then 'another condition'
        when outdated.row_number is not null then 'a metastasis that was updated since'
        when lower(condition.verification) in ('entered-in-error', 'refuted') then 'a metastasis in error or refuted'
        when same_id.is_of_several then 'a metastasis, its id also that of another patient''s'
        else 'a metastasis'
    end as meaning,
    case
        when
            code_meaning.meaning is not null
            and outdated.row_number is null
            and coalesce(lower(condition.verification), '') not in ('entered-in-error', 'refuted')
            then 'patients'
    end as table_name,
    count(*) as source_rows
from condition
left join code_meaning on code_meaning.subject = 'condition' and condition.code = code_meaning.codings
left join outdated on outdated.source = 'condition' and condition.row_number = outdated.row_number
left join same_id on same_id.source = 'condition' and condition.row_number = same_id.row_number
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
        end || case when same_id.is_of_several then ', its id also that of another patient''s' else '' end,
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
left join same_id on same_id.source = 'observation' and observation.row_number = same_id.row_number
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
    coalesce(
        study.left_out,
        case
            when same_id.is_of_several then 'an imaging study, its id also that of another patient''s'
            else 'an imaging study'
        end
    ) as meaning,
    case when study.left_out is null then 'imaging_assessments' end as table_name,
    count(*) as source_rows
from study
left join same_id on same_id.source = 'imaging_study' and study.row_number = same_id.row_number
group by 1, 2, 3

union all

select
    'episode' as source,
    coalesce(
        care.left_out,
        case
            when same_id.is_of_several then 'a line of therapy, its id also that of another patient''s'
            else 'a line of therapy'
        end
    ) as meaning,
    case when care.left_out is null then 'therapy_lines' end as table_name,
    count(*) as source_rows
from care
left join same_id on same_id.source = 'episode' and care.row_number = same_id.row_number
group by 1, 2, 3

union all

select
    drug.source,
    coalesce(
        drug.left_out,
        case
            when same_id.is_of_several then 'a drug against the cancer, its id also that of another patient''s'
            else 'a drug against the cancer'
        end
    ) as meaning,
    case when drug.left_out is null then 'drug_exposures' end as table_name,
    count(*) as source_rows
from drug
left join same_id on drug.source = same_id.source and drug.row_number = same_id.row_number
group by 1, 2, 3

union all

select
    'medication' as source,
    'a drug that others refer to' as meaning,
    'drug_exposures' as table_name,
    count(*) as source_rows
from medication
