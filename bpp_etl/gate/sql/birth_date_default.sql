-- One row per patient who shares the date of birth with too many others; not on a day zero that stands in.
select row_number
from core.patients
where
    birth_date is not null
    and not list_contains(flags, 'day_zero_declared')
qualify count(*) over (partition by birth_date) > greatest($most_patients, $most_share * count(*) over ())
