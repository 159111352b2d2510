-- One row per candidate: the call, its days, and the CTs that it rests on, one for each time point.
with listed as (
    select
        registry,
        patient_id,
        'baseline' as role,
        unnest(baseline_assessment_ids) as assessment_id
    from event.pseudoprogression
    where protocol = $protocol
    union all
    select
        registry,
        patient_id,
        'candidate' as role,
        unnest(candidate_assessment_ids) as assessment_id
    from event.pseudoprogression
    where protocol = $protocol
    union all
    select
        registry,
        patient_id,
        'confirming' as role,
        unnest(confirming_assessment_ids) as assessment_id
    from event.pseudoprogression
    where protocol = $protocol
),

-- Of several CTs of a time point the first counts; of several baselines the one nearest to the start.
pointed as (
    select
        listed.registry,
        listed.patient_id,
        listed.role,
        point.time_point_date,
        arg_min(listed.assessment_id, (imaging.assessment_date, listed.assessment_id)) as assessment_id,
        min(imaging.assessment_date) as assessment_date,
        row_number() over (
            partition by listed.registry, listed.patient_id, listed.role order by point.time_point_date
        ) as place,
        row_number() over (
            partition by listed.registry, listed.patient_id, listed.role order by point.time_point_date desc
        ) as place_from_last
    from listed
    join core.imaging_assessments as imaging
        on imaging.registry = listed.registry and imaging.assessment_id = listed.assessment_id
    join point_of_assessment as point
        on point.registry = listed.registry and point.assessment_id = listed.assessment_id
    group by listed.registry, listed.patient_id, listed.role, point.time_point_date
),

shown as (
    select
        registry,
        patient_id,
        max(assessment_id) filter (where role = 'baseline' and place_from_last = 1) as baseline_id,
        max(assessment_date) filter (where role = 'baseline' and place_from_last = 1) as baseline_date,
        max(assessment_id) filter (where role = 'candidate' and place = 1) as first_id,
        max(assessment_date) filter (where role = 'candidate' and place = 1) as first_date,
        max(assessment_id) filter (where role = 'confirming' and place = 1) as second_id,
        max(assessment_date) filter (where role = 'confirming' and place = 1) as second_date,
        max(assessment_id) filter (where role = 'confirming' and place = 2) as third_id,
        max(assessment_date) filter (where role = 'confirming' and place = 2) as third_date
    from pointed
    group by registry, patient_id
)

select
    $study as studyid,
    subject.subject_id as usubjid,
    event.registry as siteid,
    1 as aseq,
    event.protocol,
    event.state,
    event.reason,
    case when event.state = 'pseudoprogression' then 'Y' else 'N' end as bppfl,
    event.therapy_start_date as trtsdt,
    event.event_date as eventdt,
    event.confirmation_date as confdt,
    event.progression_date as progdt,
    event.observed_progression_date as obsprgdt,
    event.progression_kind as progkind,
    event.censor_date as censdt,
    event.days_to_event as dyevent,
    event.days_event_to_progression as dyprog,
    case when event.has_progression then 'Y' else 'N' end as progfl,
    event.onset_after as onsaftdt,
    event.progression_after as prgaftdt,
    shown.baseline_id as basectid,
    shown.baseline_date as basectdt,
    shown.first_id as ct1id,
    shown.first_date as ct1dt,
    shown.second_id as ct2id,
    shown.second_date as ct2dt,
    shown.third_id as ct3id,
    shown.third_date as ct3dt,
    event.confirming_ct_count as confctn,
    event.unread_ct_count as unrdctn,
    event.new_lesion_count as newlesn,
    array_to_string(event.sites, ', ') as sites,
    event.her2_status as her2st,
    event.alp_baseline as alpbl,
    event.alp_at_event as alpev,
    event.alp_at_progression as alppd,
    event.alp_delta_event as alpdev,
    event.alp_delta_progression as alpdpd,
    event.alp_category as alpcat,
    event.verdict_recist11 as vrecist,
    event.verdict_irecist as virecist,
    event.verdict_mda as vmda,
    event.verdict_pcwg3 as vpcwg3,
    array_to_string(event.flags, ', ') as flags
from event.pseudoprogression as event
join subject on subject.registry = event.registry and subject.patient_id = event.patient_id
left join shown on shown.registry = event.registry and shown.patient_id = event.patient_id
where event.protocol = $protocol
order by usubjid
