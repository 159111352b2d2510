-- One row per patient whose days are known well enough to know the patient by: a digest of them all, and one
-- with the first days of scans alone, which stays the same while scans come in.
-- Days that are counted from a day zero which stands in are nobody's. Nor do they tell a patient from others where diagnosis
-- and start are those of many, as of dates that were set to one day for privacy, and births are known to the year.
with first_line as (
    select
        patient_id,
        min(start_date) as start_date
    from core.therapy_lines
    where line_number = 1
    group by patient_id
),

scanned as (
    select
        patient_id,
        -- A distinct and ordered aggregate of texts takes three times as long.
        list_sort(list_distinct(list(assessment_date))) as days
    from core.imaging_assessments
    group by patient_id
)

select
    patients.patient_id,
    concat_ws('|', patients.birth_date, patients.metastatic_diagnosis_date, first_line.start_date) as own_days,
    md5_number_lower(concat_ws('|', own_days, array_to_string(scanned.days, ' '))) as digest,
    case
        when len(scanned.days) >= $least_scan_days
            then md5_number_lower(concat_ws('|', own_days, array_to_string(scanned.days[: $least_scan_days], ' ')))
    end as digest_of_first
from core.patients as patients
join first_line on first_line.patient_id = patients.patient_id
join scanned on scanned.patient_id = patients.patient_id
where
    patients.birth_date is not null
    and patients.metastatic_diagnosis_date is not null
    and not list_contains(patients.flags, 'day_zero_declared')
window
    of_days as (partition by patients.metastatic_diagnosis_date, first_line.start_date),
    of_birthday as (partition by month(patients.birth_date), day(patients.birth_date))
qualify not (
    count(*) over of_days > greatest($most_of_days, $most_share_of_days * count(*) over ())
    and count(*) over of_birthday > $most_share_of_birthday * count(*) over ()
)
