-- One row per asked day of a patient with a HER2 test: the status known on that day.
with best as (
    select
        patient_id,
        asked,
        bool_or(is_known) as is_known,
        bool_or(her2_status = 'positive') as has_positive,
        bool_or(her2_status = 'negative') as has_negative
    from her2_place
    where place = 1
    group by patient_id, asked
)

select
    patient_id,
    asked,
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
