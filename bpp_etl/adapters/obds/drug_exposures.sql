-- One row per substance, or protocol, of a systemic therapy, from the start of the therapy to its end.
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
