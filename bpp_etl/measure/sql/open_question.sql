-- One row per registry, missing thing and whether there is a baseline CT: undecided candidates who lack the thing.
select
    registry,
    missing,
    reason <> 'no_baseline_ct' as has_baseline,
    count(*) as patients
from event.open_question
where protocol = $protocol
group by registry, missing, has_baseline
