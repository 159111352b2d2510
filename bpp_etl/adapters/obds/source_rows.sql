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
    'meldung' as source,
    counted.meaning,
    counted.table_name,
    count(*) as source_rows
from (
    select
        coalesce(
            report.left_out,
            case
                when report.reported_status is not null and report.is_first_of_its_status
                    then concat(report.kind, ', with a HER2 status')
                when json_array_length(report.metastases) > 0 then concat(report.kind, ', with distant metastases')
                when coalesce(report.er_status, report.pr_status) is not null then concat(report.kind, ', with receptors')
                when report.reported_status is not null then concat(report.kind, ', with a HER2 status told already')
                when therapy.last_row <> report.row_number then 'a further report of the same therapy'
                else report.kind
            end
        ) as meaning,
        case
            when report.left_out is not null then null
            when report.reported_status is not null and report.is_first_of_its_status then 'her2_tests'
            when
                report.kind = 'a death'
                or json_array_length(report.metastases) > 0
                or coalesce(report.er_status, report.pr_status) is not null
                then 'patients'
            when therapy.therapy is not null then 'drug_exposures'
        end as table_name
    from report
    left join therapy on report.therapy = therapy.therapy
) as counted
group by 2, 3

union all

select
    'substanz' as source,
    case
        when drug.row_number is not null then 'a substance of a systemic therapy'
        else 'a substance of a report that does not count, or told again'
    end as meaning,
    case when drug.row_number is not null then 'drug_exposures' end as table_name,
    count(*) as source_rows
from substanz
left join drug on substanz.file = drug.file and substanz.row_number = drug.row_number
group by 2, 3
