-- One row per response that the investigator gave to a visit's images (RS), and one per visit, method and
-- day on which the investigator identified tumours (TU) where no such response covers them: the baseline
-- images.
--
-- Identity. SDTMIG structures RS as one record per response assessment per visit per subject per assessor,
-- so a response is named by subject, visit and method: two responses that claim one visit share an id, and
-- the gate refuses both (duplicate_key). TUDTC is the day of the scan and one visit may have several, so
-- images known from TU alone are named by that day as well. Without a visit the day stands in for it.
-- Evaluator. An empty RSEVAL or TUEVAL is the investigator's own record.
-- Modality. TU states it. RS rarely does (RSMETHOD): RECIST 1.1 follows a lesion by the method of its
-- baseline (Eisenhauer 2009, doi 10.1016/j.ejca.2008.10.026), so a response takes the method by which the
-- subject's tumours were identified, CT before others. Without any, modality stays empty and the gate
-- refuses the row.
-- Response. RS judges the whole body, bone included: as the response outside bone it can only err towards
-- progression, because an overall PD that came from a new bone lesion alone makes a candidate true
-- progression. A soft tissue response (SFTSRESP) is exactly what is asked for and comes first. A code that
-- is not in the list passes untouched.
with modalities as (
    select
        method,
        case
            when regexp_matches(method, '\bPET[ /-]*CT\b') then 'PET_CT'
            when regexp_matches(method, '\b(PET|SPECT)\b') then method
            when regexp_matches(method, '\b(CT|COMPUTED TOMOGRAPHY)\b') then 'CT'
            when regexp_matches(method, '\b(MRI|MAGNETIC RESONANCE)\b') then 'MRI'
            when regexp_matches(method, '\b(BONE|SKELETAL) (SCAN|SCINTIGRAPHY)\b') then 'BONE_SCAN'
            when regexp_matches(method, '\b(X-?RAY|RADIOGRAPHY)\b') then 'XRAY'
            else method
        end as modality
    from (
        select nullif(upper(trim(tumethod)), '') as method from tu
        union
        select nullif(upper(trim(rsmethod)), '') as method from rs
    )
    where method is not null
),

tumours as (
    select
        identified.usubjid,
        modalities.modality,
        identified.day,
        coalesce(identified.visit, identified.day) as visit,
        identified.row_number,
        identified.file
    from (
        select
            usubjid,
            upper(trim(tumethod)) as method,
            nullif(regexp_replace(trim(tudtc), '^(\d{4}-\d{2}-\d{2})T[0-9:.,+Z-]*$', '\1'), '') as day,
            coalesce(
                cast(try_cast(trim(visitnum) as double) as varchar), nullif(upper(trim(visit)), '')
            ) as visit,
            row_number,
            file
        from tu
        where
            coalesce(nullif(upper(trim(tueval)), ''), 'INVESTIGATOR') = 'INVESTIGATOR'
            and upper(trim(tutestcd)) in ('TUMIDENT', 'LESIDENT')
    ) as identified
    left join modalities on identified.method = modalities.method
),

usual_modalities as (
    select
        usubjid,
        case
            when bool_or(modality = 'CT') then 'CT'
            when bool_or(modality = 'PET_CT') then 'PET_CT'
            when bool_or(modality = 'MRI') then 'MRI'
            else min(modality)
        end as modality
    from tumours
    group by usubjid
),

responses as (
    select
        given.usubjid,
        coalesce(modalities.modality, usual_modalities.modality) as modality,
        given.day,
        coalesce(given.visit, given.day) as visit,
        given.result,
        given.is_done,
        given.row_number,
        given.file
    from (
        select
            usubjid,
            upper(trim(rsmethod)) as method,
            upper(trim(rstestcd)) as test,
            nullif(regexp_replace(trim(rsdtc), '^(\d{4}-\d{2}-\d{2})T[0-9:.,+Z-]*$', '\1'), '') as day,
            coalesce(
                cast(try_cast(trim(visitnum) as double) as varchar), nullif(upper(trim(visit)), '')
            ) as visit,
            coalesce(nullif(trim(rsstresc), ''), nullif(trim(rsorres), '')) as result,
            coalesce(upper(trim(rsstat)), '') <> 'NOT DONE' as is_done,
            row_number,
            file
        from rs
        where
            coalesce(nullif(upper(trim(rseval)), ''), 'INVESTIGATOR') = 'INVESTIGATOR'
            and upper(trim(rstestcd)) in ('OVRLRESP', 'SFTSRESP')
            and regexp_matches(coalesce(nullif(upper(trim(rscat)), ''), 'RECIST'), '^RECIST')
            and not regexp_matches(coalesce(upper(rscat), ''), 'CA.?125')
    ) as given
    left join modalities on given.method = modalities.method
    left join usual_modalities on given.usubjid = usual_modalities.usubjid
    qualify
        given.test = 'SFTSRESP'
        or not bool_or(given.test = 'SFTSRESP') over (
            partition by given.usubjid, coalesce(given.visit, given.day)
        )
)

select
    usubjid || '|' || concat_ws('|', visit, modality) as assessment_id,
    usubjid as patient_id,
    day as assessment_date,
    modality,
    cast(null as varchar) as is_bone_window,
    case when not is_done then 'false' end as is_evaluable,
    case upper(result) when 'NON-CR/NON-PD' then 'NON_CR_NON_PD' else result end as extraosseous_response,
    row_number,
    file
from responses

union all

select
    usubjid || '|' || concat_ws('|', visit, modality, day) as assessment_id,
    usubjid as patient_id,
    day as assessment_date,
    modality,
    cast(null as varchar) as is_bone_window,
    cast(null as varchar) as is_evaluable,
    cast(null as varchar) as extraosseous_response,
    min(row_number) as row_number,
    arg_min(file, row_number) as file
from tumours
where not exists (
    select 1
    from responses
    where
        responses.usubjid = tumours.usubjid
        and responses.visit = tumours.visit
        and responses.modality = tumours.modality
)
group by usubjid, visit, modality, day
order by file, row_number
