-- One row per patient and time point: its date, and whether a CT of any quality was made.
-- The date is that of the earliest eligible CT, else of the earliest assessment.
select
    patient_id,
    time_point,
    coalesce(
        min(assessment_date) filter (where is_eligible),
        min(assessment_date)
    ) as time_point_date,
    bool_or(modality in ('CT', 'PET_CT')) as has_ct
from imaging
group by patient_id, time_point
