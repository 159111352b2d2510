-- One row per source and meaning of its rows. A row of the export counts for the first of our tables that it tells of.
with
first_table as (
    select
        row_number,
        min(
            case table_name
                when 'patients' then 1
                when 'therapy_lines' then 2
                when 'imaging_assessments' then 3
                when 'bone_lesions' then 4
                when 'lab_results' then 5
                else 6
            end
        ) filter (where is_of_event and has_status) as place,
        bool_or(has_status) as has_status
    from answer
    group by row_number
),

counted as (
    select
        case
            when first_table.place is not null
                then ['patients', 'therapy_lines', 'imaging_assessments', 'bone_lesions', 'lab_results', 'her2_tests'][first_table.place]
        end as table_name,
        case
            when first_table.row_number is null then 'without a filled field that is mapped'
            when first_table.place is not null then null
            when first_table.has_status then 'of an event that does not count'
            else 'of a form whose status does not count'
        end as why_not
    from data
    left join first_table on first_table.row_number = data.row_number
    where data.position = 0
)

select
    'data' as source,
    coalesce(why_not, 'with a field of ' || table_name) as meaning,
    table_name,
    count(*) as source_rows
from counted
group by all

union all

select
    'data_dictionary' as source,
    case
        when variable.variable is null then 'not a variable, or one that is there before'
        when variable.is_identifier then 'a variable that identifies somebody'
        when variable.variable in (select variable from mapped) then 'a variable that is a column of ours'
        when variable.is_record_id then 'the record id'
        else 'a variable that is no column of ours'
    end as meaning,
    cast(null as varchar) as table_name,
    count(*) as source_rows
from data_dictionary
left join variable on variable.row_number = data_dictionary.row_number
group by meaning
