-- One row per registry that sent a delivery: which evidence of an event it has at all. Yes or no, never a number.
with registry as (
    select distinct registry
    from quality.delivery
),

patient as (
    select distinct registry
    from core.patients
),

lesion as (
    select
        registry,
        bool_or(status = 'new') as has_new_lesion,
        bool_or(status = 'new' and morphology <> 'unknown') as has_new_lesion_of_known_type,
        bool_or(status = 'new' and site <> 'unknown') as has_new_lesion_at_known_site,
        bool_or(status = 'new' and morphology = 'osteoblastic') as has_new_osteoblastic_lesion
    from core.bone_lesions
    group by registry
),

course as (
    select
        registry,
        bool_or(left_at <> 'no_first_line') as has_first_line,
        bool_or(left_at not in ('no_first_line', 'outside_window')) as has_first_line_in_window,
        bool_or(left_at not in ('no_first_line', 'outside_window', 'no_on_treatment_ct')) as has_on_treatment_ct,
        bool_or(left_at in ('progression_first', 'candidate')) as has_on_treatment_lesion,
        bool_or(left_at = 'candidate') as has_candidate,
        coalesce(bool_or(state = 'pseudoprogression'), false) as has_pseudoprogression
    from event.patient_flow
    where protocol = $protocol
    group by registry
)

select
    registry.registry,
    patient.registry is not null as has_patient,
    coalesce(lesion.has_new_lesion, false) as has_new_lesion,
    coalesce(lesion.has_new_lesion_of_known_type, false) as has_new_lesion_of_known_type,
    coalesce(lesion.has_new_lesion_at_known_site, false) as has_new_lesion_at_known_site,
    coalesce(lesion.has_new_osteoblastic_lesion, false) as has_new_osteoblastic_lesion,
    coalesce(course.has_first_line, false) as has_first_line,
    coalesce(course.has_first_line_in_window, false) as has_first_line_in_window,
    coalesce(course.has_on_treatment_ct, false) as has_on_treatment_ct,
    coalesce(course.has_on_treatment_lesion, false) as has_on_treatment_lesion,
    coalesce(course.has_candidate, false) as has_candidate,
    coalesce(course.has_pseudoprogression, false) as has_pseudoprogression
from registry
left join patient on patient.registry = registry.registry
left join lesion on lesion.registry = registry.registry
left join course on course.registry = registry.registry
order by registry.registry
