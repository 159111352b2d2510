-- One row per subject, parameter and day: response at each time point, and whether and when what happened.
with at_point as (
    select
        response.*,
        row_number() over later as place,
        row_number() over nearest as place_from_last,
        min(case when overall = 5 and is_after_start then time_point_date end) over (
            partition by registry, patient_id
        ) as first_pd_date
    from response
    window
        later as (partition by registry, patient_id, is_after_start order by time_point_date),
        nearest as (partition by registry, patient_id, is_after_start order by time_point_date desc)
),

by_point as (
    select
        registry,
        patient_id,
        time_point_date as adt,
        case
            when is_after_start then 'TIME POINT ' || place
            when place_from_last = 1 then 'BASELINE'
            else 'BEFORE BASELINE'
        end as avisit,
        case when is_after_start then place when place_from_last = 1 then 0 end as avisitn,
        case
            when is_evaluable
                and is_on_treatment
                and time_point_date <= coalesce(first_pd_date, time_point_date) then 'Y'
        end as anl01fl,
        case when has_new_osteoblastic then 'Y' end as newobfl,
        overall,
        in_bone
    from at_point
),

happened as (
    select
        ended.registry,
        ended.patient_id,
        ended.progression_date as pd_date,
        event.event_date as bpp_date,
        case when event.state = 'pseudoprogression' then event.event_date end as cbpp_date
    from first_line_end as ended
    left join event.pseudoprogression as event
        on event.registry = ended.registry
        and event.patient_id = ended.patient_id
        and event.protocol = $protocol
),

stacked as (
    select
        registry,
        patient_id,
        1 as position,
        'OVR' as paramcd,
        'Overall Response by Time Point' as param,
        adt,
        avisit,
        avisitn,
        $responses[overall] as avalc,
        overall as aval,
        anl01fl,
        newobfl
    from by_point
    union all
    select
        registry,
        patient_id,
        2 as position,
        'BONE' as paramcd,
        'Response in Bone by Time Point' as param,
        adt,
        avisit,
        avisitn,
        $responses[in_bone] as avalc,
        in_bone as aval,
        anl01fl,
        newobfl
    from by_point
    union all
    select
        registry,
        patient_id,
        named.position,
        named.paramcd,
        named.param,
        named.adt,
        null as avisit,
        null as avisitn,
        case when named.adt is null then 'N' else 'Y' end as avalc,
        case when named.adt is null then 0 else 1 end as aval,
        'Y' as anl01fl,
        null as newobfl
    from (
        select
            registry,
            patient_id,
            unnest([
                {'position': 3, 'paramcd': 'PD', 'param': 'Progression on Line 1', 'adt': pd_date},
                {'position': 4, 'paramcd': 'BPP', 'param': 'Bone Pseudoprogression Candidate', 'adt': bpp_date},
                {'position': 5, 'paramcd': 'CBPP', 'param': 'Confirmed Bone Pseudoprogression', 'adt': cbpp_date}
            ]) as named
        from happened
    )
)

select
    $study as studyid,
    subject.subject_id as usubjid,
    row_number() over (
        partition by stacked.registry, stacked.patient_id order by stacked.position, stacked.adt
    ) as aseq,
    stacked.paramcd,
    stacked.param,
    stacked.adt,
    stacked.avisit,
    stacked.avisitn,
    stacked.avalc,
    stacked.aval,
    stacked.anl01fl,
    stacked.newobfl
from stacked
join subject on subject.registry = stacked.registry and subject.patient_id = stacked.patient_id
order by usubjid, aseq
