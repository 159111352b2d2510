-- One row per admitted total ALP result whose unit is doubtful.
-- Below 10 U/L a result looks like ukat/L; a jump of about 60 looks like U/L and ukat/L in one series.
-- A billionth of room at both ends: 805 is 50 times 16.1, which it is not in binary.
with patients_that_jump as (
    select patient_id
    from alp_of_patient
    where highest >= ($times_from - 1e-9) * lowest
),

others as (
    select
        l.row_number,
        l.value,
        median(l.value) over (
            partition by l.registry, l.patient_id
            order by l.row_number
            rows between unbounded preceding and unbounded following
            exclude current row
        ) as median_of_others
    from core.lab_results as l
    semi join patients_that_jump as p on p.patient_id = l.patient_id
    where l.analyte = 'ALP_TOTAL'
)

select row_number
from core.lab_results
where analyte = 'ALP_TOTAL' and value < $lowest
union
select row_number
from others
where
    value between ($times_from - 1e-9) * median_of_others and ($times_to + 1e-9) * median_of_others
    or median_of_others between ($times_from - 1e-9) * value and ($times_to + 1e-9) * value
