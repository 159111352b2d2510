-- One row per admitted HER2 test, in order, and whether it was known at the event; null without a candidate.
select
    tests.test_date,
    tests.specimen_site,
    tests.her2_status,
    place.is_known
from core.her2_tests as tests
left join her2_place as place
    on place.patient_id = tests.patient_id and place.row_number = tests.row_number and place.asked = 'event'
order by tests.test_date, tests.specimen_site, tests.row_number
