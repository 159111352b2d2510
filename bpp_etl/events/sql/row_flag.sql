-- One row per candidate and flag that the gate gave a row which is evidence of the call: the patient, lines 1 and 2,
-- images that serve as baseline, candidate, confirmation or progression, and the lesions on them. An image that cannot
-- be judged is no evidence; that it finds something all the same is told of each on treatment, up to the progression.
with used as (
    select
        patient_id,
        unnest(
            list_concat(
                baseline_assessment_ids,
                candidate_assessment_ids,
                confirming_assessment_ids,
                progression_assessment_ids
            )
        ) as assessment_id
    from trail
),

flagged as (
    select
        patients.patient_id,
        patients.flags
    from candidate
    join core.patients as patients
        on patients.registry = $registry and patients.patient_id = candidate.patient_id
    where len(patients.flags) > 0
    union all
    -- Whether imaging shows why line 1 ended is judged by the days of the protocol, beside the other flags of an event.
    select
        line.patient_id,
        list_filter(line.flags, lambda flag: flag <> 'progression_without_imaging') as flags
    from candidate
    join core.therapy_lines as line
        on line.registry = $registry and line.patient_id = candidate.patient_id and line.line_number in (1, 2)
    where len(line.flags) > 0
    union all
    select
        used.patient_id,
        imaging.flags
    from used
    join core.imaging_assessments as imaging
        on imaging.registry = $registry and imaging.assessment_id = used.assessment_id
    where len(imaging.flags) > 0
    union all
    select
        used.patient_id,
        lesions.flags
    from used
    join core.bone_lesions as lesions
        on lesions.registry = $registry and lesions.assessment_id = used.assessment_id
    where len(lesions.flags) > 0
    union all
    select
        scan.patient_id,
        ['not_evaluable_but_read'] as flags
    from candidate
    join follow_up on follow_up.patient_id = candidate.patient_id
    join scan
        on scan.patient_id = candidate.patient_id
        and scan.is_point_on_treatment
        and scan.time_point_date <= coalesce(follow_up.progressed_on, scan.time_point_date)
    join core.imaging_assessments as imaging
        on imaging.registry = $registry and imaging.assessment_id = scan.assessment_id
    where not scan.is_evaluable and list_contains(imaging.flags, 'not_evaluable_but_read')
)

select distinct
    patient_id,
    unnest(list_filter(flags, lambda flag: list_contains($row_flags, flag))) as flag
from flagged
