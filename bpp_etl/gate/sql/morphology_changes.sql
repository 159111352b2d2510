-- One row per lesion row of another known morphology than a report of an earlier day gives the lesion.
select distinct later.row_number
from lesion_history as later
join lesion_history as earlier
    on earlier.patient_id = later.patient_id
    and earlier.lesion_id = later.lesion_id
    and earlier.report_date < later.report_date
    and earlier.morphology <> later.morphology
where later.has_several_morphologies
    and earlier.has_several_morphologies
    and later.morphology <> 'unknown'
    and earlier.morphology <> 'unknown'
