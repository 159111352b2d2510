-- One row per HER2 test of a patient with a day zero.
select
    subject_id as patient_id,
    test_date - day_zero as start_date,
    null as stop_date,
    'SPECIMEN' as event_type,
    sample_id
from study_sample
where test_date is not null and day_zero is not null
order by sample_id
