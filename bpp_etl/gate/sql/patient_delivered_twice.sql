-- One row: patients whose days are known well enough to know them by, and those of them who share all with another.
-- Days that are counted from a day zero which stands in are nobody's. Few scans may be alike by chance, or by habit; and all are where
-- diagnosis and start are those of many, as of dates that were set to one day for privacy, and births are known to the year.
with known as (
    select
        patients.patient_id,
        patients.birth_date,
        patients.metastatic_diagnosis_date,
        first_line.start_date
    from core.patients as patients
    join core.therapy_lines as first_line
        on first_line.patient_id = patients.patient_id and first_line.line_number = 1
    where
        patients.metastatic_diagnosis_date is not null
        and not list_contains(patients.flags, 'day_zero_declared')
    window
        of_days as (partition by patients.metastatic_diagnosis_date, first_line.start_date),
        of_birthday as (partition by month(patients.birth_date), day(patients.birth_date))
    qualify not (
        count(*) over of_days > greatest($most_of_days, $most_share_of_days * count(*) over ())
        and count(patients.birth_date) over of_birthday > $most_share_of_birthday * count(*) over ()
    )
),

-- Only the scans of patients who are alike so far are looked at. An unknown date of birth may be any.
suspected as (
    select
        patient_id,
        birth_date,
        metastatic_diagnosis_date,
        start_date
    from known
    window
        of_days as (partition by metastatic_diagnosis_date, start_date),
        of_birth as (partition by metastatic_diagnosis_date, start_date, birth_date)
    qualify count(*) over of_birth > 1 or count(*) over of_days > greatest(count(birth_date) over of_days, 1)
),

scanned as (
    select
        imaging.patient_id,
        list_sort(list_distinct(list(imaging.assessment_date))) as days
    from core.imaging_assessments as imaging
    semi join suspected on suspected.patient_id = imaging.patient_id
    group by imaging.patient_id
    having count(distinct imaging.assessment_date) >= $least_scan_days
),

alike as (
    select
        suspected.patient_id,
        suspected.birth_date,
        count(*) over of_birth as of_same_birth,
        count(*) over of_days as of_same_days,
        count(suspected.birth_date) over of_days as of_known_birth
    from suspected
    join scanned on scanned.patient_id = suspected.patient_id
    window
        of_days as (partition by suspected.metastatic_diagnosis_date, suspected.start_date, scanned.days),
        of_birth as (
            partition by
                suspected.metastatic_diagnosis_date, suspected.start_date, scanned.days, suspected.birth_date
        )
)

select
    (select count(*) from known) as judged,
    (
        select count(*)
        from alike
        where
            of_same_birth > 1
            or birth_date is null and of_same_days > 1
            or birth_date is not null and of_same_days > of_known_birth
    ) as broken
