-- One row per patient whose id differs from another's only in case, blanks, punctuation or zeros before a number.
-- What parts two digits is kept at first, as a blank: 1-11 and 11-1 are not alike, each of them is like 111.
with folded as (
    select
        row_number,
        regexp_replace(
            regexp_replace(
                lower(nfc_normalize(patient_id)), '[^\p{L}\p{N}]+', ' ', 'g'
            ),
            '(^|[^0-9])0+([0-9])', '\1\2', 'g'
        ) as name
    from core.patients
),

parted as (
    select
        row_number,
        trim(regexp_replace(regexp_replace(name, '([^0-9 ]) ', '\1', 'g'), ' ([^0-9])', '\1', 'g')) as name,
        replace(name, ' ', '') as joined_name
    from folded
)

select row_number
from parted
qualify count(*) over (partition by name) > 1
    or (
        count(*) over (partition by joined_name) > 1
        and bool_or(name = joined_name) over (partition by joined_name)
    )
