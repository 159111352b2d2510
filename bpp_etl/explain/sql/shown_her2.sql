-- One row per admitted HER2 test, in order.
select
    test_date,
    specimen_site,
    her2_status,
    her2_low
from core.her2_tests
order by test_date, specimen_site, row_number
