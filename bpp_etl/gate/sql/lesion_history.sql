-- One row per admitted lesion row of a patient whose history may be at fault: whose it is, of when, where its day
-- stands, and what was reported of the lesion.
-- Images of one time point see the same state of the disease: what lies before a row is of an earlier time point. The
-- first ones are those of any report under the id.
-- All rows of such a patient are here, for a rule looks at other lesions too. Most patients are at no fault.
with bone as (
    select
        patient_id,
        first_site,
        min(first_lytic_point) as first_lytic_point
    from lesion_course
    where first_lytic_point is not null
    group by patient_id, first_site
),

suspected as (
    select course.patient_id
    from lesion_course as course
    left join timeline.treatment_line as line on line.patient_id = course.patient_id and line.line_number = 1
    left join bone on bone.patient_id = course.patient_id and bone.first_site = course.first_site
    where
        course.last_new_point > course.first_point
        or course.last_new_dense_point > bone.first_lytic_point
        or course.last_point_there > course.first_resolved_point
        or course.last_lytic_point > course.first_dense_point
        or course.last_site > course.first_site
        or course.first_new_date <= line.start_date
        or course.last_baseline_date > line.start_date
        or (course.first_compared_date = course.first_date and course.first_date > line.start_date)
),

image as materialized (
    select
        imaging.assessment_id,
        imaging.patient_id,
        imaging.assessment_date,
        imaging.time_point,
        imaging.is_eligible
    from timeline.imaging as imaging
    semi join suspected on suspected.patient_id = imaging.patient_id
)

select
    lesions.row_number,
    image.patient_id,
    image.time_point,
    lesions.lesion_id,
    lesions.site,
    lesions.morphology,
    lesions.status,
    course.first_date = image.assessment_date as is_on_first_day,
    course.first_point,
    course.first_lytic_point,
    course.first_dense_point,
    course.first_resolved_point,
    coalesce(course.last_site > course.first_site, false) as has_several_sites,
    coalesce(
        image.is_eligible
        and image.assessment_date <= line.start_date
        and image.assessment_date >= line.start_date - cast($baseline_days as integer),
        false
    ) as is_on_baseline_ct,
    coalesce(
        image.assessment_date > line.start_date
        and image.assessment_date <= coalesce(line.last_treated_date, image.assessment_date),
        false
    ) as is_on_treatment
from image
join core.bone_lesions as lesions
    on lesions.registry = $registry and lesions.assessment_id = image.assessment_id
join lesion_course as course
    on course.patient_id = image.patient_id and course.lesion_id = lesions.lesion_id
left join timeline.treatment_line as line on line.patient_id = image.patient_id and line.line_number = 1
