-- One row per candidate and extent of scans: what settles it for RECIST 1.1, iRECIST and the MD Anderson criteria.
-- The scans of the state end where the state was decided, those of the line with the line.
-- iRECIST walks the time points after the candidate in order, from the state that the candidate itself gives.
with asked as (
    select
        candidate.patient_id,
        candidate.event_date,
        extent.scans_of,
        case when extent.scans_of = 'state' then deciding_point.decided_on end as last_date
    from candidate
    join deciding_point on deciding_point.patient_id = candidate.patient_id
    cross join (values ('state'), ('line')) as extent (scans_of)
),

gathered as (
    select
        asked.patient_id,
        asked.scans_of,
        asked.event_date,
        new_lesions.has_certain_new_lesion,
        bool_or(point.has_pd) filter (where point.time_point_date = asked.event_date) as has_pd,
        bool_or(point.has_bone_pd) filter (where point.time_point_date = asked.event_date) as has_bone_pd,
        bool_or(point.has_larger_lesion) filter (where point.time_point_date = asked.event_date)
            as has_larger_lesion,
        bool_or(point.has_response) filter (where point.time_point_date <= asked.event_date)
            as had_response,
        -- Unknown as long as no later CT could have shown it.
        bool_or(point.is_own_certain) filter (
            where point.time_point_date > asked.event_date and point.has_candidate_scan
        ) as is_made_certain,
        min(point.time_point_date) filter (
            where point.time_point_date > asked.event_date and (point.has_pd or point.has_new_lesion)
        ) as later_progression_date,
        coalesce(
            list(
                struct_pack(
                    day := point.time_point_date,
                    is_worse := point.has_pd or point.has_new_lesion or point.is_own_larger,
                    has_response := point.has_response,
                    is_own_certain := point.is_own_certain,
                    is_own_resolved := point.is_own_resolved
                )
                order by point.time_point_date
            ) filter (where point.time_point_date > asked.event_date and point.is_judged),
            []
        ) as points
    from asked
    join new_lesions on new_lesions.patient_id = asked.patient_id
    join verdict_point as point
        on point.patient_id = asked.patient_id
        and (asked.last_date is null or point.time_point_date <= asked.last_date)
    group by asked.patient_id, asked.scans_of, asked.event_date, new_lesions.has_certain_new_lesion
),

walked as (
    select
        patient_id,
        scans_of,
        event_date,
        has_bone_pd,
        has_larger_lesion,
        is_made_certain,
        later_progression_date,
        list_reduce(
            points,
            lambda seen, point: case
                when seen.confirmed_on is not null then seen
                -- Suspected, and worse again late enough.
                when point.is_worse and point.day - seen.suspected_on >= $increase_after_days
                then struct_pack(
                    suspected_on := seen.suspected_on,
                    confirmed_on := point.day,
                    judged_on := seen.judged_on,
                    had_response := seen.had_response,
                    is_reset := false
                )
                -- A response that was not there before, or the new lesions gone: it must be suspected anew.
                when seen.suspected_on is not null
                    and not point.is_worse
                    and (
                        (point.has_response and not seen.had_response)
                        or (point.is_own_resolved and seen.suspected_on = event_date)
                    )
                then struct_pack(
                    suspected_on := cast(null as date),
                    confirmed_on := cast(null as date),
                    judged_on := point.day,
                    had_response := true,
                    is_reset := true
                )
                else struct_pack(
                    suspected_on := case
                        when seen.suspected_on is not null then seen.suspected_on
                        -- An equivocal lesion that became certain is dated back to the candidate.
                        when point.is_own_certain and not seen.is_reset then event_date
                        when point.is_worse then point.day
                    end,
                    confirmed_on := cast(null as date),
                    judged_on := point.day,
                    had_response := seen.had_response or point.has_response,
                    is_reset := seen.is_reset
                )
            end,
            struct_pack(
                suspected_on := case when has_pd or has_certain_new_lesion then event_date end,
                confirmed_on := cast(null as date),
                judged_on := event_date,
                had_response := coalesce(had_response, false),
                is_reset := false
            )
        ) as irecist
    from gathered
)

select
    patient_id,
    scans_of,
    is_made_certain,
    later_progression_date,
    has_bone_pd as has_bone_pd_at_candidate,
    has_larger_lesion as has_larger_at_candidate,
    irecist.suspected_on as irecist_suspected_on,
    irecist.confirmed_on as irecist_confirmed_on,
    coalesce(irecist.confirmed_on - irecist.judged_on > $increase_until_days, false) as is_irecist_late
from walked
