-- One row per candidate: the last day on which the patient was heard of, by contact, image or line.
-- Not by a laboratory result: ALP never influences a state, not even by its day.
select
    candidate.patient_id,
    greatest(candidate.last_contact_date, max(recorded.day)) as followed_until_date
from candidate
left join (
    select
        patient_id,
        assessment_date as day
    from scan
    union all
    select
        patient_id,
        start_date as day
    from core.therapy_lines
    where registry = $registry
) as recorded on recorded.patient_id = candidate.patient_id
group by candidate.patient_id, candidate.last_contact_date
