-- One row per registry and delivery that the release was built on.
select
    $release_id as release_id,
    registry,
    delivery,
    status,
    why,
    delivered,
    admitted,
    refused,
    ignored
from quality.delivery
order by registry, delivery
