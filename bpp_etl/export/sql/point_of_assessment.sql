-- One row per assessment of a patient with a first line: the day of its time point.
select
    $registry as registry,
    assessment_id,
    time_point_date
from scan
