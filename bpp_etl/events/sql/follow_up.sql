-- One row per candidate: what came at and after it, and which CTs count towards confirmation.
with points as (
    select
        candidate.patient_id,
        candidate.event_date,
        candidate.therapy_start_date,
        candidate.second_line_start_date,
        point.time_point_date,
        point.is_on_treatment,
        point.has_confirming_scan,
        point.has_read_scan,
        point.has_extraosseous_pd,
        point.has_lysis_pd,
        point.has_new_lytic_pd,
        point.has_late_lesion_pd,
        point.has_worse_again_pd,
        point.has_pd,
        min(point.time_point_date) filter (where point.has_pd) over (
            partition by candidate.patient_id
        ) as first_pd_date
    from candidate
    join course_point as point
        on point.patient_id = candidate.patient_id and point.time_point_date >= candidate.event_date
),

summed as (
    select
        patient_id,
        any_value(event_date) as event_date,
        any_value(therapy_start_date) as therapy_start_date,
        any_value(second_line_start_date) as second_line_start_date,
        any_value(first_pd_date) as first_pd_date,
        bool_or(time_point_date = event_date and has_pd) as has_pd_at_candidate,
        max(
            concat_ws(
                '+',
                case when has_extraosseous_pd then 'extraosseous' end,
                case when has_lysis_pd then 'lysis' end,
                case when has_new_lytic_pd then 'new_lytic' end,
                case when has_late_lesion_pd then 'late_lesion' end,
                case when has_worse_again_pd then 'worse_again' end
            )
        ) filter (where time_point_date = first_pd_date) as first_pd_kind,
        -- Only what comes before any PD counts; the time point of PD itself never does.
        coalesce(
            list(
                struct_pack(day := time_point_date, is_read := has_read_scan) order by time_point_date
            ) filter (
                where is_on_treatment
                and has_confirming_scan
                and time_point_date > event_date
                and (first_pd_date is null or time_point_date < first_pd_date)
            ),
            []
        ) as clean_cts
    from points
    group by patient_id
),

counted as (
    select
        patient_id,
        first_pd_date,
        first_pd_kind,
        has_pd_at_candidate,
        event_date,
        second_line_start_date,
        list_transform(clean_cts, lambda ct: ct.day) as clean_ct_dates,
        list_transform(list_filter(clean_cts, lambda ct: not ct.is_read), lambda ct: ct.day) as unread_ct_dates,
        -- Walk the CTs in order and keep each that is far enough from the last one kept; the walk starts at the
        -- candidate, which is dropped again from the front. Only what is read for progression confirms; the second
        -- walk is over all of them: what would confirm if the others had been read, and had shown nothing.
        list_transform(
            [
                list_transform(list_filter(clean_cts, lambda ct: ct.is_read), lambda ct: ct.day),
                list_transform(clean_cts, lambda ct: ct.day)
            ],
            lambda days: list_reduce(
                list_filter(
                    days, lambda day: day >= therapy_start_date + cast($confirming_from_start_days as integer)
                ),
                lambda kept, day: case
                    when day - kept[-1] >= $confirming_spacing_days then list_append(kept, day)
                    else kept
                end,
                [event_date]
            )[2:]
        ) as walked
    from summed
)

select
    patient_id,
    has_pd_at_candidate,
    clean_ct_dates,
    unread_ct_dates,
    walked[1] as confirming_ct_dates,
    cast(len(walked[1]) as integer) as confirming_ct_count,
    cast(len(walked[2]) as integer) as confirming_ct_count_if_read,
    cast(len(unread_ct_dates) as integer) as unread_ct_count,
    -- Where the protocol asks for no other, the candidate confirms itself.
    list_prepend(event_date, walked[1])[$confirming_cts + 1] as confirmed_on,
    case when not has_pd_at_candidate then first_pd_date end as later_pd_date,
    -- Progression belongs to the first line up to the day on which line 2 starts.
    case
        when second_line_start_date is null or first_pd_date <= second_line_start_date then first_pd_date
    end as progressed_on,
    first_pd_kind as progressed_by
from counted
