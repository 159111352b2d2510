-- One row per delivery: laboratories that can be compared with others, and those of them on another scale.
-- Each counts once among the others, whatever its size: a large one that is wrong does not outvote the rest.
with of_laboratory as (
    select
        laboratory,
        median(value) as median_value
    from core.lab_results
    where registry = $registry and analyte = 'ALP_TOTAL' and laboratory is not null
    group by laboratory
    having count(distinct patient_id) >= $least_patients
),

compared as (
    select
        one.median_value,
        median(other.median_value) as median_of_others
    from of_laboratory as one
    join of_laboratory as other on other.laboratory <> one.laboratory
    group by one.laboratory, one.median_value
)

select
    count(*) as laboratory_count,
    count(*) filter (
        where median_value > $times * median_of_others or $times * median_value < median_of_others
    ) as laboratory_on_another_scale_count
from compared
