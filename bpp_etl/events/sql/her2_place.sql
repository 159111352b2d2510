-- One row per asked day and HER2 test: whether the test was known by then, and its place, 1 for the test that counts.
-- Metastasis before primary before unknown site, then the newest; a test after the day never counts.
select
    asked_day.patient_id,
    asked_day.asked,
    tests.row_number,
    tests.her2_status,
    tests.test_date <= asked_day.asked_date as is_known,
    rank() over (
        partition by asked_day.patient_id, asked_day.asked
        order by
            tests.test_date > asked_day.asked_date,
            case tests.specimen_site when 'metastasis' then 1 when 'primary' then 2 else 3 end,
            tests.test_date desc
    ) as place
from asked_day
join core.her2_tests as tests
    on tests.registry = $registry and tests.patient_id = asked_day.patient_id
