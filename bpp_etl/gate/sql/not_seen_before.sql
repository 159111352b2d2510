-- One row per lesion row on first-line treatment that compares a lesion with a report that there is none of.
-- An image of an earlier day of the same time point is something to compare with.
-- Only of patients whose baseline CT has lesions: who has none there may have been read elsewhere.
with with_baseline as (
    select distinct patient_id
    from lesion_history
    where is_on_baseline_ct
)

select lesion.row_number
from lesion_history as lesion
semi join with_baseline on with_baseline.patient_id = lesion.patient_id
where lesion.is_on_treatment
    and lesion.status in ('stable', 'larger', 'smaller')
    and lesion.is_on_first_day
