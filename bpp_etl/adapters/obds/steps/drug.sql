-- One row per substance of a systemic therapy, and one per therapy of which a protocol alone is told.
-- A therapy has the substances of the newest report that names any.
select
    report.therapy,
    report.patient_id,
    coalesce(nullif(trim(substanz.name), ''), nullif(trim(substanz.atc), '')) as agent,
    substanz.row_number,
    substanz.file
from substanz
inner join report
    on
        trim(substanz.patient_id) = report.patient_id
        and trim(substanz.report_id) = report.report_id
        and substanz.reported_on is not distinct from report.reported_on
inner join therapy
    on report.therapy = therapy.therapy and report.report_id = therapy.report_of_substances
where report.left_out is null
qualify
    row_number() over (
        partition by report.therapy, coalesce(nullif(trim(substanz.name), ''), nullif(trim(substanz.atc), ''))
        order by substanz.row_number desc
    ) = 1
union all
select
    report.therapy,
    report.patient_id,
    therapy.protocol as agent,
    report.row_number,
    report.file
from therapy
inner join report on therapy.therapy = report.therapy and therapy.last_row = report.row_number
where not therapy.has_substances and therapy.protocol is not null and report.left_out is null
