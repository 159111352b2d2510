-- One row per registry of either release: the deliveries it rests on, before and after.
with before as (
    select
        registry,
        max(delivery) filter (where status = 'admitted') as admitted,
        max(input_digest) filter (where status = 'admitted') as digest,
        max(code_version) filter (where status = 'admitted') as judged_by,
        max(delivery) filter (where status = 'shut') as shut
    from earlier.quality.delivery
    group by registry
),

after as (
    select
        registry,
        max(delivery) filter (where status = 'admitted') as admitted,
        max(input_digest) filter (where status = 'admitted') as digest,
        max(code_version) filter (where status = 'admitted') as judged_by,
        max(delivery) filter (where status = 'shut') as shut
    from warehouse.quality.delivery
    group by registry
)

select
    registry,
    before.admitted as admitted_before,
    after.admitted as admitted_after,
    before.shut as shut_before,
    after.shut as shut_after,
    before.digest is distinct from after.digest as has_other_files,
    before.judged_by is distinct from after.judged_by as is_judged_anew
from before
full join after using (registry)
order by registry
