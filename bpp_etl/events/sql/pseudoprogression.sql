-- One row per candidate: the call, its dates, its evidence and what is known beside it.
with called as (
    select
        candidate.patient_id,
        decided.state,
        decided.reason,
        decided.rule,
        candidate.therapy_start_date,
        candidate.event_date,
        case when decided.state = 'pseudoprogression' then follow_up.confirmed_on end as confirmation_date,
        -- Without a call there is no progression either, whatever was seen outside the line or its limits.
        case when decided.state <> 'indeterminate' then follow_up.progressed_on end as progression_date,
        follow_up.progressed_on as observed_progression_date,
        follow_up.progressed_by,
        follow_up.confirming_ct_count,
        follow_up.unread_ct_count
    from decided
    join candidate on candidate.patient_id = decided.patient_id
    join follow_up on follow_up.patient_id = decided.patient_id
),

described as (
    select
        called.patient_id,
        called.state,
        called.reason,
        called.rule,
        called.therapy_start_date,
        called.event_date,
        called.confirmation_date,
        called.progression_date,
        called.observed_progression_date,
        called.progressed_by,
        called.progression_date is not null as has_progression,
        called.confirming_ct_count,
        called.unread_ct_count,
        trail.last_followed_on,
        trail.onset_after,
        trail.progression_after,
        trail.candidate_assessment_ids,
        trail.confirming_assessment_ids,
        trail.progression_assessment_ids,
        trail.baseline_assessment_ids,
        new_lesions.sites,
        new_lesions.new_lesion_sites,
        new_lesions.new_lesion_count,
        new_lesions.candidate_lesion_ids,
        candidate_flag.flags,
        her2_known.her2_status,
        alp_course.alp_baseline,
        alp_course.alp_at_event,
        case when called.progression_date is not null then alp_course.alp_at_progression end
            as alp_at_progression,
        alp_course.alp_baseline_times_limit,
        alp_course.alp_at_event_times_limit,
        case when called.progression_date is not null then alp_course.alp_at_progression_times_limit end
            as alp_at_progression_times_limit,
        alp_course.is_baseline_median
        or alp_course.is_event_median
        or (called.progression_date is not null and alp_course.is_progression_median) as is_alp_median,
        list_concat(
            alp_course.flags,
            case when called.progression_date is not null then alp_course.progression_flags else [] end
        ) as alp_flags,
        refused_patient.patient_id is not null as has_refused_evidence
    from called
    join trail on trail.patient_id = called.patient_id
    join new_lesions on new_lesions.patient_id = called.patient_id
    join candidate_flag on candidate_flag.patient_id = called.patient_id
    left join her2_known on her2_known.patient_id = called.patient_id and her2_known.asked = 'event'
    join alp_course on alp_course.patient_id = called.patient_id
    left join refused_patient on refused_patient.patient_id = called.patient_id
)

select
    $registry as registry,
    described.patient_id,
    $protocol as protocol,
    described.state,
    described.reason,
    list_sort(
        list_distinct(
            list_concat(
                described.flags,
                list_filter(
                    [
                        case
                            when has_progression and alp_at_progression is null then 'alp_at_progression_missing'
                        end,
                        case when is_alp_median then 'alp_median_of_day' end,
                        case when has_refused_evidence then 'refused_evidence' end
                    ],
                    lambda flag: flag is not null
                ),
                alp_flags
            )
        )
    ) as flags,
    therapy_start_date,
    event_date,
    confirmation_date,
    progression_date,
    observed_progression_date,
    case when has_progression then progressed_by end as progression_kind,
    case when not has_progression then last_followed_on end as censor_date,
    cast(event_date - therapy_start_date as integer) as days_to_event,
    cast(progression_date - event_date as integer) as days_event_to_progression,
    has_progression,
    onset_after,
    progression_after,
    sites,
    new_lesion_sites,
    new_lesion_count,
    confirming_ct_count,
    unread_ct_count,
    candidate_assessment_ids,
    candidate_lesion_ids,
    confirming_assessment_ids,
    case when has_progression then progression_assessment_ids else [] end as progression_assessment_ids,
    baseline_assessment_ids,
    her2_status,
    alp_baseline,
    alp_at_event,
    alp_at_progression,
    alp_baseline_times_limit,
    alp_at_event_times_limit,
    alp_at_progression_times_limit,
    alp_at_event - alp_baseline as alp_delta_event,
    alp_at_progression - alp_baseline as alp_delta_progression,
    -- With room of a billionth of a percent: 9.9 to 8.415 is exactly 15 %, which it is not in binary.
    case
        when alp_at_event is null or alp_baseline is null then null
        when abs(alp_at_event - alp_baseline) * 100 <= ($alp_stable_percent + 1e-9) * alp_baseline then 'stable'
        when alp_at_event < alp_baseline then 'decreased'
        else 'increased'
    end as alp_category,
    case
        when alp_at_progression is null or alp_baseline is null then null
        when abs(alp_at_progression - alp_baseline) * 100 <= ($alp_stable_percent + 1e-9) * alp_baseline then 'stable'
        when alp_at_progression < alp_baseline then 'decreased'
        else 'increased'
    end as alp_category_progression,
    -- What each verdict set makes of it, and on which day: columns of decided, two for each set.
    columns('^verdict_'),
    described.rule,
    $protocol_digest as protocol_digest,
    $delivery as delivery
from described
join decided on decided.patient_id = described.patient_id
order by described.patient_id
