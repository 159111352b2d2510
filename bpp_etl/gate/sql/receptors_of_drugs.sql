-- One row per delivery: patients on drugs against HER2 whose tests decide, those of them whose tests are all negative, patients on
-- endocrine drugs of whom ER and PR are known, and those of them who have neither.
with named as (
    select
        regimen,
        regexp_matches(lower(regimen), $anti_her2) and not regexp_matches(lower(regimen), $also_if_low) as is_against_her2,
        regexp_matches(lower(regimen), $endocrine) as is_endocrine
    from (select distinct regimen from core.therapy_lines where registry = $registry)
),

treated as (
    select
        line.patient_id,
        bool_or(named.is_against_her2) as is_against_her2,
        bool_or(named.is_endocrine) as is_endocrine
    from core.therapy_lines as line
    join named on named.regimen = line.regimen
    where line.registry = $registry and (named.is_against_her2 or named.is_endocrine)
    group by line.patient_id
),

tested as (
    select
        test.patient_id,
        bool_and(test.her2_status = 'negative') as is_negative
    from core.her2_tests as test
    semi join (from treated where is_against_her2) as treated using (patient_id)
    where test.registry = $registry
    group by test.patient_id
),

of_her2 as (
    select
        count(*) as patient_count,
        count(*) filter (where is_negative) as without_count
    from tested
),

of_hormones as (
    select
        count(*) as patient_count,
        count(*) filter (where patient.er_status = 'negative' and patient.pr_status = 'negative') as without_count
    from treated
    join core.patients as patient on patient.registry = $registry and patient.patient_id = treated.patient_id
    where treated.is_endocrine
        and patient.er_status in ('positive', 'negative')
        and patient.pr_status in ('positive', 'negative')
)

select
    of_her2.patient_count as her2_patient_count,
    of_her2.without_count as without_her2_count,
    of_hormones.patient_count as endocrine_patient_count,
    of_hormones.without_count as without_receptor_count
from of_her2, of_hormones
