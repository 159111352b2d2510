-- One row per candidate and on-treatment bone scan that can be judged: lesions new and resolved on it.
select
    reading.patient_id,
    reading.assessment_id,
    reading.assessment_date,
    count(distinct lesions.lesion_id) filter (
        where lesions.status = 'new' and not coalesce(lesions.is_equivocal, false)
    ) as new_count,
    count(distinct lesions.lesion_id) filter (where lesions.status = 'resolved') as resolved_count
from candidate
join reading
    on reading.patient_id = candidate.patient_id
    and reading.modality = 'BONE_SCAN'
    and reading.is_evaluable
    and reading.is_on_treatment
left join core.bone_lesions as lesions
    on lesions.registry = $registry and lesions.assessment_id = reading.assessment_id
group by reading.patient_id, reading.assessment_id, reading.assessment_date
