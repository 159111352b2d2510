-- One row per substance, or protocol, of a systemic therapy, from the start of the therapy to its end.
-- Of a therapy that has no id each report is one of its own: what two tell of one drug and start is one exposure, with
-- the end that either tells.
select
    drug.patient_id,
    drug.agent,
    therapy.start_date,
    therapy.end_date,
    concat_ws(
        ',',
        case when therapy.start_precision <> 'E' then 'start_date' end,
        case when therapy.end_precision <> 'E' then 'end_date' end
    ) as approximated,
    drug.row_number,
    drug.file
from drug
inner join therapy on drug.therapy = therapy.therapy
qualify
    therapy.is_named
    or row_number() over (
        partition by
            therapy.is_named,
            coalesce(drug.patient_id, concat(' ', drug.file, ' ', drug.row_number)),
            drug.agent,
            coalesce(therapy.start_date, concat(' ', drug.file, ' ', drug.row_number))
        order by therapy.end_date desc nulls last, drug.row_number desc, drug.file desc
    ) = 1
