-- One row per patient whose id has the letters and numbers of another's, without case and zeros before a number:
-- them joined, and parted where two numbers meet.
-- What parts two digits is kept at first, as a blank: 1-11 and 11-1 are not alike, each of them is like 111.
with folded as (
    select
        row_number,
        regexp_replace(lower(nfc_normalize(patient_id)), '(^|[^0-9])0+', '\1', 'g') as folded_id
    from core.patients
),

suspected as (
    select
        row_number,
        regexp_replace(folded_id, '[^\p{L}\p{N}]+', ' ', 'g') as parted_id,
        regexp_replace(folded_id, '[^\p{L}\p{N}]+', '', 'g') as joined_id
    from folded
    qualify count(*) over (partition by joined_id) > 1
)

select
    row_number,
    trim(
        regexp_replace(regexp_replace(parted_id, '([^0-9 ]) ', '\1', 'g'), ' ([^0-9])', '\1', 'g')
    ) as parted_id,
    joined_id
from suspected
