-- One row per registry, protocol and deciding rule of the release, as it may be shown.
select
    $release_id as release_id,
    registry,
    protocol,
    rule,
    patients,
    is_suppressed
from quality.event_rule
order by registry, protocol, position
