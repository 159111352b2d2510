-- One row per systemic therapy of a tumor of the breast: what its reports tell together, the newest first.
select
    report.therapy,
    arg_max(report.row_number, (coalesce(report.reported_on, ''), report.row_number)) as last_row,
    arg_max(report.report_id, (coalesce(report.reported_on, ''), report.row_number))
        filter (report.has_substances) as report_of_substances,
    arg_max(report.protocol, (coalesce(report.reported_on, ''), report.row_number))
        filter (report.protocol is not null) as protocol,
    bool_or(report.has_substances) as has_substances,
    bool_or(report.is_named_therapy) as is_named,
    arg_max(report.therapy_start, (coalesce(report.reported_on, ''), report.row_number))
        filter (report.therapy_start is not null) as start_date,
    arg_max(report.therapy_start_precision, (coalesce(report.reported_on, ''), report.row_number))
        filter (report.therapy_start is not null) as start_precision,
    arg_max(report.therapy_end, (coalesce(report.reported_on, ''), report.row_number))
        filter (report.therapy_end is not null) as end_date,
    arg_max(report.therapy_end_precision, (coalesce(report.reported_on, ''), report.row_number))
        filter (report.therapy_end is not null) as end_precision
from report
where report.therapy is not null and report.left_out is null
group by report.therapy
