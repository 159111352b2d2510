-- One row per image: the rows of one patient, day and type, or of the id that a site gives it.
-- Several responses of one image pass joined, for the gate.
select
    event.image_id as assessment_id,
    event.patient_id,
    event.day,
    event.scan_type,
    string_agg(distinct response.code, ' / ' order by response.code) as response,
    min(event.row_number) as row_number,
    arg_min(event.file, event.row_number) as file
from event
left join (
    select
        lower(trim(name)) as result,
        min(trim(value)) as code
    from setting
    where path = 'responses'
    group by lower(trim(name))
) as response on lower(event.result) = response.result
where event.meaning = 'a row of an image'
group by event.image_id, event.patient_id, event.day, event.scan_type
