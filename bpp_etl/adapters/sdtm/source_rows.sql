-- One row per domain and meaning of its records: how many there are, and the table they come into (empty:
-- none). Sums to the domain.
select
    'dm' as source,
    'a subject' as meaning,
    'patients' as table_name,
    count(*) as source_rows
from dm

union all

select
    'ex' as source,
    'an exposure, joined into the line of its subject' as meaning,
    'therapy_lines' as table_name,
    count(*) as source_rows
from exposure
where is_given

union all

select
    'ex' as source,
    'a dose that was not given' as meaning,
    null as table_name,
    count(*) as source_rows
from exposure
where not is_given
having count(*) > 0

union all

select
    'lb' as source,
    'a laboratory result' as meaning,
    'lab_results' as table_name,
    count(*) as source_rows
from lb
where upper(trim(coalesce(lbstat, ''))) <> 'NOT DONE'

union all

select
    'lb' as source,
    'a laboratory test that was not done' as meaning,
    null as table_name,
    count(*) as source_rows
from lb
where upper(trim(coalesce(lbstat, ''))) = 'NOT DONE'
having count(*) > 0

union all

select
    source,
    meaning,
    table_name,
    count(*) as source_rows
from finding
group by source, meaning, table_name
