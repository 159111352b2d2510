-- One row per patient who shares the date of birth with too many others.
select row_number
from core.patients
where birth_date is not null
qualify count(*) over (partition by birth_date) > greatest($most_patients, $most_share * count(*) over ())
