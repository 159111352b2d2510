-- One row per HER2 test, or per patient without any: the id of the sample.
select
    patient.registry,
    patient.patient_id,
    patient.subject_id,
    patient.day_zero,
    patient.subject_id || '-' || printf(
        '%02d',
        row_number() over (
            partition by patient.registry, patient.patient_id order by test.test_date, test.row_number
        )
    ) as sample_id,
    test.test_date,
    test.specimen_site,
    test.her2_status,
    test.ihc_score,
    test.ish_result
from study_patient as patient
left join core.her2_tests as test
    on test.registry = patient.registry and test.patient_id = patient.patient_id
