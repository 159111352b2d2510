-- One row per record of TU, TR and RS: what it means, the table it comes into (empty: none), and its visit, day
-- and modality in one form.
-- Evaluator. An empty RSEVAL, TUEVAL or TREVAL is the investigator's own record.
-- Visit. Its number as a number, for one exports 2 and another 2.0; else its name, else the day.
-- Tumour. SDTMIG leaves TULOC blank where the location of a new tumour is not collected (TU, assumption 4).
-- Images. TR may leave the method to the tumour that it assesses, as TU tells it. A sum is of no
-- tumour (TRLNKID), and what was examined by hand has no image.
with methods as (
    select
        usubjid,
        trim(tulnkid) as lesion,
        min(upper(trim(tumethod))) as method
    from tu
    where trim(tulnkid) <> '' and trim(tumethod) <> ''
    group by usubjid, trim(tulnkid)
    having count(distinct upper(trim(tumethod))) = 1
),

records as (
    select
        'tu' as source,
        usubjid,
        upper(trim(tutestcd)) as test,
        upper(trim(tueval)) as evaluator,
        cast(null as varchar) as category,
        cast(null as varchar) as status,
        upper(trim(tumethod)) as method,
        tudtc as date_text,
        try_cast(trim(visitnum) as double) as visit_number,
        upper(trim(visit)) as visit_name,
        coalesce(nullif(trim(tustresc), ''), nullif(trim(tuorres), '')) as result,
        nullif(upper(trim(tuloc)), '') as place,
        coalesce(nullif(trim(tulnkid), ''), nullif(trim(tuseq), '')) as lesion,
        row_number,
        file
    from tu

    union all

    select
        'tr' as source,
        tr.usubjid,
        cast(null as varchar) as test,
        upper(trim(tr.treval)) as evaluator,
        cast(null as varchar) as category,
        upper(trim(tr.trstat)) as status,
        coalesce(nullif(upper(trim(tr.trmethod)), ''), methods.method) as method,
        tr.trdtc as date_text,
        try_cast(trim(tr.visitnum) as double) as visit_number,
        upper(trim(tr.visit)) as visit_name,
        cast(null as varchar) as result,
        cast(null as varchar) as place,
        nullif(trim(tr.trlnkid), '') as lesion,
        tr.row_number,
        tr.file
    from tr
    left join methods on tr.usubjid = methods.usubjid and trim(tr.trlnkid) = methods.lesion

    union all

    select
        'rs' as source,
        usubjid,
        upper(trim(rstestcd)) as test,
        upper(trim(rseval)) as evaluator,
        upper(trim(rscat)) as category,
        upper(trim(rsstat)) as status,
        upper(trim(rsmethod)) as method,
        rsdtc as date_text,
        try_cast(trim(visitnum) as double) as visit_number,
        upper(trim(visit)) as visit_name,
        coalesce(nullif(trim(rsstresc), ''), nullif(trim(rsorres), '')) as result,
        cast(null as varchar) as place,
        cast(null as varchar) as lesion,
        row_number,
        file
    from rs
)

select
    records.source,
    records.usubjid,
    records.test,
    case
        when coalesce(nullif(records.evaluator, ''), 'INVESTIGATOR') <> 'INVESTIGATOR'
            then 'the read of another reader'
        when records.source = 'tu' and coalesce(records.test, '') not in ('TUMIDENT', 'LESIDENT')
            then 'a record that identifies no tumour'
        when
            records.source = 'tu'
            and (records.place is not null or coalesce(upper(records.result), 'NEW') like 'NEW%')
            then 'a tumour with a location, or new'
        when records.source = 'tu'
            then 'a known tumour without a location'
        when records.source = 'tr' and records.status = 'NOT DONE'
            then 'a tumour that was not assessed'
        when
            records.source = 'tr'
            and records.lesion is not null
            and calendar_day.day is not null
            and coalesce(modality.modality, '') in ('CT', 'PET_CT', 'MRI', 'BONE_SCAN', 'XRAY')
            then 'a tumour assessed on images'
        when records.source = 'tr'
            then 'an assessment without images'
        when
            not regexp_matches(coalesce(nullif(records.category, ''), 'RECIST'), '^RECIST')
            or regexp_matches(coalesce(records.category, ''), 'CA.?125')
            then 'a response by criteria other than RECIST'
        when records.test in ('OVRLRESP', 'SFTSRESP') then 'the response to a visit'
        when records.test = 'NEWLPROG' then 'whether new lesions are unequivocal'
        else 'a part of a response'
    end as meaning,
    case meaning
        when 'a tumour with a location, or new' then 'bone_lesions'
        when 'a known tumour without a location' then 'imaging_assessments'
        when 'a tumour assessed on images' then 'imaging_assessments'
        when 'the response to a visit' then 'imaging_assessments'
        when 'whether new lesions are unequivocal' then 'bone_lesions'
    end as table_name,
    calendar_day.day,
    coalesce(
        cast(records.visit_number as varchar), nullif(records.visit_name, ''), calendar_day.day
    ) as visit,
    modality.modality,
    records.result,
    records.place,
    records.lesion,
    coalesce(records.status, '') <> 'NOT DONE' as is_done,
    records.row_number,
    records.file
from records
left join calendar_day on records.date_text = calendar_day.text
left join modality on records.method = modality.method
