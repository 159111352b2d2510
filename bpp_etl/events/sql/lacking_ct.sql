-- One row per candidate that lacks confirming CTs: how many, and the days on which they would have to be made.
-- Another CT joins the time point of whatever lies within $time_point_days of it, and is dated and judged with it.
with lacking as (
    select
        candidate.patient_id,
        evidence.required_confirming_ct_count - evidence.confirming_ct_count as lacking,
        coalesce(follow_up.confirming_ct_dates[-1], candidate.event_date) as since,
        cast(greatest($confirming_spacing_days, $time_point_days + 1) as integer) as spacing_days,
        greatest(
            coalesce(follow_up.confirming_ct_dates[-1], candidate.event_date)
            + cast($confirming_spacing_days as integer),
            candidate.therapy_start_date + cast($confirming_from_start_days as integer)
        ) as earliest_date,
        evidence.later_pd_date,
        least(candidate.last_treated_date, evidence.death_date) as last_day
    from candidate
    join evidence on evidence.patient_id = candidate.patient_id
    join follow_up on follow_up.patient_id = candidate.patient_id
    where evidence.confirming_ct_count < evidence.required_confirming_ct_count
        and not evidence.has_pd_at_candidate
),

-- Time points that are dated by an eligible CT, before which another CT would not be dated anew.
around as (
    select
        lacking.patient_id,
        scan.time_point_date,
        scan.time_point_date < any_value(lacking.earliest_date)
        or scan.time_point_date = any_value(lacking.since) as is_too_early,
        scan.time_point_date = any_value(lacking.later_pd_date) as is_later_pd,
        bool_or(scan.can_show_candidate or scan.can_confirm) as is_dated_by_ct,
        min(scan.assessment_date) as first_day,
        max(scan.assessment_date) as last_day
    from lacking
    join scan on scan.patient_id = lacking.patient_id
    group by lacking.patient_id, scan.time_point_date
),

bounds as (
    select
        patient_id,
        max(last_day) filter (where is_too_early and is_dated_by_ct) + cast($time_point_days + 1 as integer)
            as apart_from_date,
        min(first_day) filter (where is_later_pd) - cast($time_point_days + 1 as integer) as apart_until_date
    from around
    group by patient_id
),

placed as (
    select
        lacking.patient_id,
        cast(lacking.lacking as integer) as lacking,
        lacking.since,
        lacking.spacing_days,
        greatest(lacking.earliest_date, bounds.apart_from_date) as first_date,
        least(lacking.last_day, bounds.apart_until_date) as last_date
    from lacking
    join bounds on bounds.patient_id = lacking.patient_id
)

select
    patient_id,
    lacking,
    since,
    spacing_days,
    first_date,
    last_date,
    coalesce(first_date + cast(spacing_days * (lacking - 1) as integer) <= last_date, true) as is_enough
from placed
