-- One row per assessment with over $most_lesions lesions, a mixed picture, that the patient had on an earlier day.
select row_number
from assessment_finding
where lesion_count > $most_lesions and is_mixed
qualify assessment_date > min(assessment_date) over (
    partition by patient_id, extraosseous_response, lesion_count, fingerprint
)
