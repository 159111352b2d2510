-- One row per bone: patients with a pseudoprogression who had a new osteoblastic lesion of the episode in it.
select
    site,
    count(*) as patients
from (
    select unnest(sites) as site
    from event.pseudoprogression
    where protocol = $protocol and state = 'pseudoprogression'
) as placed
group by site
order by site
