-- One row per file and meaning of its rows: how many there are, and the table they come into (empty: none). Sums to the
-- file.
with samples as (
    select
        case
            when has_her2 and her2_day is not null then 'a sample with HER2 and its day'
            when has_her2 then 'a sample with HER2 without a day'
            when coalesce(er_status, pr_status) is not null then 'a sample with the status of hormone receptors'
            else 'a sample that says nothing of receptors'
        end as meaning,
        case meaning
            when 'a sample with HER2 and its day' then 'her2_tests'
            when 'a sample with the status of hormone receptors' then 'patients'
        end as table_name
    from sample_status
)

select
    'patient' as source,
    case
        when regexp_full_match(upper(trim(patient.os_status)), '(1:)?\s*DECEASED') and months.says is null
            then 'a patient who died on a day that is not told'
        else 'a patient'
    end as meaning,
    'patients' as table_name,
    count(*) as source_rows
from patient
left join word as months on patient.os_months = months.text
group by 2

union all

select
    'sample' as source,
    meaning,
    table_name,
    count(*) as source_rows
from samples
group by meaning, table_name

union all

select
    'timeline' as source,
    meaning,
    table_name,
    count(*) as source_rows
from event
group by meaning, table_name
