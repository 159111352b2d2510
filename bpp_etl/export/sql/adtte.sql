-- One row per subject and parameter: the time, whether it was censored, and where its last day stands.
with confirmed as (
    select *
    from adbpp
    where bppfl = 'Y'
),

first_line as (
    select
        subject.subject_id as usubjid,
        ended.*,
        coalesce(least(ended.progression_date, ended.death_on_line_date), ended.followed_until) as pfs_date,
        ended.progression_date <= coalesce(ended.death_on_line_date, ended.progression_date) as is_progression,
        progression.aseq as progression_aseq
    from first_line_end as ended
    join subject on subject.registry = ended.registry and subject.patient_id = ended.patient_id
    left join adrs as progression
        on progression.usubjid = subject.subject_id and progression.paramcd = 'PD'
),

timed as (
    select
        usubjid,
        1 as position,
        'TTBPP' as paramcd,
        'Time to Bone Pseudoprogression (days)' as param,
        trtsdt as startdt,
        eventdt as adt,
        0 as cnsr,
        'Bone pseudoprogression, confirmed' as evntdesc,
        null as cnsdtdsc,
        'ADBPP' as srcdom,
        'EVENTDT' as srcvar,
        aseq as srcseq
    from confirmed
    union all
    select
        usubjid,
        2 as position,
        'TBPPPD' as paramcd,
        'Bone Pseudoprogression to Progression (days)' as param,
        eventdt as startdt,
        coalesce(progdt, censdt, eventdt) as adt,
        case when progdt is null then 1 else 0 end as cnsr,
        case when progdt is null then 'No progression seen' else 'Progression' end as evntdesc,
        case
            when progdt is not null then null
            when censdt is not null then 'Last evaluable assessment on line 1'
            else 'Bone pseudoprogression'
        end as cnsdtdsc,
        'ADBPP' as srcdom,
        case when progdt is not null then 'PROGDT' when censdt is not null then 'CENSDT' else 'EVENTDT' end as srcvar,
        aseq as srcseq
    from confirmed
    union all
    select
        usubjid,
        3 as position,
        'PFS' as paramcd,
        'Progression-Free Survival on Line 1 (days)' as param,
        therapy_start_date as startdt,
        greatest(pfs_date, therapy_start_date) as adt,
        case when coalesce(progression_date, death_on_line_date) is null then 1 else 0 end as cnsr,
        case
            when is_progression then 'Progression'
            when death_on_line_date is not null then 'Death'
            else 'Neither progression nor death seen'
        end as evntdesc,
        case
            when coalesce(progression_date, death_on_line_date) is not null then null
            when last_evaluated_date is not null then 'Last evaluable assessment on line 1'
            else 'Start of line 1, no evaluable assessment on it'
        end as cnsdtdsc,
        case when is_progression then 'ADRS' else 'ADSL' end as srcdom,
        case
            when is_progression then 'ADT'
            when death_on_line_date < therapy_start_date then 'TRTSDT'
            when death_on_line_date is not null then 'DTHDT'
            when last_evaluated_date is not null then 'LSTEVLDT'
            else 'TRTSDT'
        end as srcvar,
        case when is_progression then progression_aseq end as srcseq
    from first_line
    union all
    select
        usubjid,
        4 as position,
        'OS' as paramcd,
        'Overall Survival from Line 1 (days)' as param,
        therapy_start_date as startdt,
        greatest(coalesce(death_date, contact_date), therapy_start_date) as adt,
        case when death_date is null then 1 else 0 end as cnsr,
        case when death_date is null then 'Alive' else 'Death' end as evntdesc,
        case when death_date is null then 'Last contact or record' end as cnsdtdsc,
        'ADSL' as srcdom,
        case
            when coalesce(death_date, contact_date) < therapy_start_date then 'TRTSDT'
            when death_date is null then 'LSTALVDT'
            else 'DTHDT'
        end as srcvar,
        null as srcseq
    from first_line
)

select
    $study as studyid,
    timed.usubjid,
    row_number() over (partition by timed.usubjid order by timed.position) as aseq,
    adsl.age,
    adsl.sex,
    adsl.arm,
    timed.paramcd,
    timed.param,
    timed.startdt,
    timed.adt,
    timed.adt - timed.startdt as aval,
    timed.cnsr,
    timed.evntdesc,
    timed.cnsdtdsc,
    timed.srcdom,
    timed.srcvar,
    timed.srcseq
from timed
join adsl on adsl.usubjid = timed.usubjid
order by timed.usubjid, aseq
