-- One row per patient and day with a total ALP that may be asked for: its value in U/L, the median of the day's results.
-- Asked for is any day of a candidate, and of everyone else the days of the baseline window.
select
    episode.patient_id,
    labs.specimen_date,
    labs.specimen_date <= any_value(episode.therapy_start_date)
    and labs.specimen_date >= any_value(episode.therapy_start_date) - cast($alp_baseline_days as integer)
        as is_in_baseline_window,
    median(labs.value) as value,
    median(labs.value / nullif(greatest(labs.upper_limit_normal, 0), 0)) as times_upper_limit,
    count(distinct labs.value) > 1 as is_median_of_day,
    coalesce(
        list_distinct(
            list_filter(
                flatten(list(labs.flags) filter (where len(labs.flags) > 0)),
                lambda flag: list_contains($row_flags, flag)
            )
        ),
        []
    ) as flags
from episode
join core.lab_results as labs
    on labs.registry = $registry and labs.patient_id = episode.patient_id
left join candidate on candidate.patient_id = episode.patient_id
where labs.analyte = 'ALP_TOTAL'
    and labs.unit = 'U/L'
    and (
        candidate.patient_id is not null
        or (
            labs.specimen_date <= episode.therapy_start_date
            and labs.specimen_date >= episode.therapy_start_date - cast($alp_baseline_days as integer)
        )
    )
group by episode.patient_id, labs.specimen_date
