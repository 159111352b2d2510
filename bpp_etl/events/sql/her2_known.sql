-- One row per candidate with a HER2 test: the status known on the event day.
-- Metastasis before primary before unknown site, then the newest; a test after the event never counts.
with tests as (
    select
        candidate.patient_id,
        tests.her2_status,
        tests.test_date <= candidate.event_date as is_known,
        rank() over (
            partition by candidate.patient_id
            order by
                tests.test_date > candidate.event_date,
                case tests.specimen_site when 'metastasis' then 1 when 'primary' then 2 else 3 end,
                tests.test_date desc
        ) as place
    from candidate
    join core.her2_tests as tests
        on tests.registry = $registry and tests.patient_id = candidate.patient_id
),

best as (
    select
        patient_id,
        bool_or(is_known) as is_known,
        bool_or(her2_status = 'positive') as has_positive,
        bool_or(her2_status = 'negative') as has_negative
    from tests
    where place = 1
    group by patient_id
)

select
    patient_id,
    is_known as is_her2_known,
    is_known and has_positive and has_negative as is_her2_conflicting,
    case
        when not is_known then null
        when has_positive and has_negative then 'indeterminate'
        when has_positive then 'positive'
        when has_negative then 'negative'
        else 'indeterminate'
    end as her2_status
from best
