-- One row per patient whose id differs from another's only in case, blanks, punctuation or zeros before a number.
select fold.row_number
from patient_fold as fold
join core.patients as patient on patient.row_number = fold.row_number
qualify count(*) over (partition by fold.joined_id, fold.parted_id) > 1
    or (
        bool_or(fold.parted_id = fold.joined_id) over (partition by fold.joined_id)
        and count(*) over (partition by fold.joined_id) > 1
    )
