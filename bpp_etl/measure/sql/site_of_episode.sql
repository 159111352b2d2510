-- One row per bone, and one for all: new osteoblastic lesions of the episodes of pseudoprogressions, and the patients
-- who had them.
select
    site,
    count(*) as lesions,
    count(distinct (registry, patient_id)) as patients
from (
    select
        registry,
        patient_id,
        unnest(new_lesion_sites) as site
    from event.pseudoprogression
    where protocol = $protocol and state = 'pseudoprogression'
) as placed
group by grouping sets ((site), ())
