-- One row per delivery: how the patients of the delivery before fare in this one.
-- A date that one of the two does not know has not moved.
with compared as (
    select
        now.patient_id is null as is_gone,
        before.is_dead as was_dead,
        now.is_dead,
        now.birth_date <> before.birth_date as is_birth_moved,
        now.start_date <> before.start_date as is_start_moved,
        now.death_date <> before.death_date as is_death_moved,
        before.has_lesion and before.has_ct and now.has_ct as is_still_scanned,
        now.has_lesion,
        now.patient_id is not null and before.has_line as had_line,
        now.has_line,
        now.patient_id is not null and before.has_image as had_image,
        now.has_image,
        now.patient_id is not null and before.has_result as had_result,
        now.has_result,
        now.patient_id is not null and before.has_test as had_test,
        now.has_test,
        now.last_contact_date < before.last_contact_date as is_contact_earlier,
        now.last_contact_date > before.last_contact_date as is_contact_later
    from patient_record_before as before
    left join patient_record as now on now.patient_id = before.patient_id
)

select
    count(*) as patient_count,
    count(*) filter (where is_gone) as gone_count,
    count(*) filter (where not is_gone and was_dead) as dead_count,
    count(*) filter (where was_dead and not is_dead) as alive_again_count,
    count(*) filter (where not is_gone) as kept_count,
    count(*) filter (where is_birth_moved or is_start_moved or is_death_moved) as moved_count,
    count(*) filter (where is_still_scanned) as still_scanned_count,
    count(*) filter (where is_still_scanned and not has_lesion) as without_lesion_count,
    count(*) filter (where had_line) as had_line_count,
    count(*) filter (where had_line and not has_line) as without_line_count,
    count(*) filter (where had_image) as had_image_count,
    count(*) filter (where had_image and not has_image) as without_image_count,
    count(*) filter (where had_result) as had_result_count,
    count(*) filter (where had_result and not has_result) as without_result_count,
    count(*) filter (where had_test) as had_test_count,
    count(*) filter (where had_test and not has_test) as without_test_count,
    count(*) filter (where is_contact_earlier) as contact_earlier_count,
    count(*) filter (where is_contact_later) as contact_later_count
from compared
