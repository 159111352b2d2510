-- One row per bone: new osteoblastic lesions at the candidate of pseudoprogressions, and the patients who had them.
-- A lesion that several scans of the candidate's time point show is counted once.
with scan as (
    select
        registry,
        patient_id,
        unnest(candidate_assessment_ids) as assessment_id,
        candidate_lesion_ids
    from event.pseudoprogression
    where protocol = $protocol and state = 'pseudoprogression'
),

placed as (
    select
        scan.registry,
        scan.patient_id,
        lesions.lesion_id,
        min(lesions.site) as site
    from scan
    join core.bone_lesions as lesions
        on lesions.registry = scan.registry
        and lesions.assessment_id = scan.assessment_id
        and list_contains(scan.candidate_lesion_ids, lesions.lesion_id)
    group by scan.registry, scan.patient_id, lesions.lesion_id
)

select
    site,
    count(*) as lesions,
    count(distinct (registry, patient_id)) as patients
from placed
group by grouping sets ((site), ())
