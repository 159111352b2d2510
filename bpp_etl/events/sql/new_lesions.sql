-- One row per candidate: the lesions of its episode, counted and placed.
-- Whether one of the candidate's is new, or sclerosis, matters to what other rule sets make of it.
select
    patient_id,
    cast(count(*) as integer) as new_lesion_count,
    list_sort(list_distinct(flatten(list(sites)))) as sites,
    -- A lesion that its scans place in several bones counts once.
    list_sort(list(list_min(sites))) as new_lesion_sites,
    list(lesion_id order by lesion_id) filter (where is_at_candidate) as candidate_lesion_ids,
    bool_or(is_equivocal_at_candidate) as has_equivocal_lesion,
    not bool_or(is_certain_at_candidate) as is_equivocal_only,
    bool_or(is_new_at_candidate) as has_new_lesion,
    bool_or(is_certain_new_at_candidate) as has_certain_new_lesion,
    bool_or(is_sclerosis_at_candidate) as has_sclerosis,
    count(*) filter (where is_new_at_candidate) as candidate_new_lesion_count
from episode_lesion
group by patient_id
