-- One row per assessment of a patient with a first line: the day of its time point, and whether it shows progression.
select
    $registry as registry,
    assessment_id,
    patient_id,
    time_point_date,
    is_pd
from scan
