-- One row per candidate: its new osteoblastic lesions, counted and placed.
select
    patient_id,
    cast(count(*) as integer) as new_lesion_count,
    list_sort(list_distinct(flatten(list(sites)))) as sites,
    -- A lesion that its scans place in several bones counts once.
    list_sort(list(list_min(sites))) as new_lesion_sites,
    list(lesion_id order by lesion_id) filter (where is_at_candidate) as candidate_lesion_ids,
    bool_or(is_equivocal_at_candidate) as has_equivocal_lesion,
    not bool_or(is_certain_at_candidate) as is_equivocal_only
from episode_lesion
group by patient_id
