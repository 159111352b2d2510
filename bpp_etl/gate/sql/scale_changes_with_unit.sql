-- One row per total ALP result that is on another scale than the patient's results in another unit, a commoner one.
-- Units of one factor are one. A billionth of room: 5 times 80.04 is not whole in binary.
with apart as (
    select patient_id
    from alp_of_patient
    where highest > (1 + 1e-9) * $times_off * lowest
),

result as materialized (
    select
        labs.row_number,
        labs.patient_id,
        labs.unit_factor,
        labs.value
    from core.lab_results as labs
    semi join apart on apart.patient_id = labs.patient_id
    where labs.analyte = 'ALP_TOTAL' and not list_contains(labs.flags, 'value_from_upper_limit')
),

of_unit as materialized (
    select
        patient_id,
        unit_factor,
        count(*) as result_count,
        median(value) as middle
    from result
    group by patient_id, unit_factor
)

select distinct result.row_number
from result
join of_unit as own on own.patient_id = result.patient_id and own.unit_factor = result.unit_factor
join of_unit as other
    on other.patient_id = result.patient_id
    and other.unit_factor <> result.unit_factor
    and other.result_count >= own.result_count
where
    result.value > (1 + 1e-9) * $times_off * other.middle
    or (1 + 1e-9) * $times_off * result.value < other.middle
