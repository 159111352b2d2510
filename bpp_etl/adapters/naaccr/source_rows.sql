-- One row per kind of record and meaning: how many there are, and the table they come into (empty: none).
select
    'patient' as source,
    coalesce(person.left_out, 'a patient') as meaning,
    case when person.left_out is null then 'patients' end as table_name,
    count(*) as source_rows
from person
group by 1, 2, 3

union all

select
    'tumor' as source,
    coalesce(
        tumor_record.left_out,
        case
            when tumor_record.has_her2 then 'a tumor of the breast with a result of HER2'
            when tumor_record.is_metastatic_at_diagnosis and tumor_record.systemic_day is not null
                then 'a tumor of the breast with metastases, and its first course'
            else 'a tumor of the breast'
        end
    ) as meaning,
    case
        when tumor_record.left_out is not null then null
        when tumor_record.has_her2 then 'her2_tests'
        when tumor_record.is_metastatic_at_diagnosis and tumor_record.systemic_day is not null then 'therapy_lines'
        else 'patients'
    end as table_name,
    count(*) as source_rows
from tumor_record
group by 1, 2, 3
