-- One row per lesion row in another named bone than a report of an earlier time point gives the lesion.
select distinct later.row_number
from lesion_history as later
join lesion_history as earlier
    on earlier.patient_id = later.patient_id
    and earlier.lesion_id = later.lesion_id
    and earlier.time_point < later.time_point
    and earlier.site <> later.site
where later.has_several_sites
    and earlier.has_several_sites
    and later.site not in ('other', 'unknown')
    and earlier.site not in ('other', 'unknown')
