-- One row per patient with a first line and a total ALP in the baseline window: the value nearest to the start.
select
    patient_id,
    arg_max(value, specimen_date) as alp_baseline,
    -- In a struct, since a row without the number is passed over.
    arg_max({'times': times_upper_limit}, specimen_date)['times'] as alp_baseline_times_limit,
    arg_max(is_median_of_day, specimen_date) as is_median_of_day,
    arg_max(flags, specimen_date) as flags
from alp_day
where is_in_baseline_window
group by patient_id
