-- One row per patient with a first line and time point: the worst finding wins.
select
    patient_id,
    time_point_date,
    bool_or(is_after_start) as is_after_start,
    bool_or(is_point_on_treatment) as is_on_treatment,
    bool_or(can_show_candidate) as has_candidate_scan,
    -- What is worse on one image of a visit is not better on another.
    bool_or(can_confirm) and not bool_or(is_worse) as has_confirming_scan,
    bool_or(is_read) as has_read_scan,
    bool_or(shows_candidate) as shows_candidate,
    bool_or(is_extraosseous_pd) as has_extraosseous_pd,
    bool_or(is_lysis_pd) as has_lysis_pd,
    bool_or(is_new_lytic_pd) as has_new_lytic_pd,
    bool_or(is_late_lesion_pd) as has_late_lesion_pd,
    bool_or(is_worse_again_pd) as has_worse_again_pd,
    bool_or(is_pd) as has_pd
from scan
group by patient_id, time_point_date
