-- One row per tumour that the investigator identified in bone, and per new tumour whose location was not
-- collected.
--
-- Scope. SDTMIG leaves TULOC blank where the location of a new tumour is not collected (TU, assumption 4).
-- Such a tumour may be the very lesion that is looked for, so it is not dropped: site unknown, and as SDTM
-- has no field for the build of a lesion, morphology unknown, which is never a candidate. Target and non-
-- target tumours without a location cannot become an event and are not claimed for bone.
-- Parent. A tumour belongs to the response to its visit if that was given on images of its own modality,
-- else to the images of its own day: the ids of imaging_assessments.
-- Status. TARGET and NON-TARGET are chosen at baseline; TU is not repeated at later visits. Any other code
-- passes untouched.
-- Doubt. RS says of a visit's new lesions whether they progress unequivocally (NEWLPROG). Records that
-- disagree pass joined, for the gate.
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
        identified.result,
        identified.lesion,
        nullif(identified.place, '') as place,
        -- Words of the CDISC list of locations that name a bone; nodes, vessels and soft tissue named after
        -- a bone are not bone.
        regexp_matches(
            identified.place,
            '\b(BONES?|SKELETON|VERTEBRAE?|VERTEBRAL|SPINE|SACRUM|COCCYX|ILIUM|ILIAC CREST|ISCHIUM|PUBIS|'
            'ACETABULUM|RIBS?|STERNUM|MANUBRIUM|SKULL|CALVARIUM|MANDIBLE|MAXILLA|FEMUR|HUMERUS|SCAPULA|'
            'CLAVICLE|TIBIA|FIBULA|RADIUS|ULNA|PATELLA)\b'
        )
        and not regexp_matches(
            identified.place,
            '\b(MARROW|LYMPH|ARTERY|VEIN|NERVE|MUSCLE|CORD|CANAL|DISC|CARTILAGE|LIGAMENT|TENDON|TISSUE)\b'
        ) as is_bone,
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
            coalesce(nullif(trim(tustresc), ''), nullif(trim(tuorres), '')) as result,
            coalesce(nullif(trim(tulnkid), ''), nullif(trim(tuseq), '')) as lesion,
            coalesce(upper(trim(tuloc)), '') as place,
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

visits as (
    select
        read.usubjid,
        read.visit,
        coalesce(modalities.modality, usual_modalities.modality) as modality,
        read.test,
        read.result
    from (
        select
            usubjid,
            upper(trim(rsmethod)) as method,
            upper(trim(rstestcd)) as test,
            coalesce(
                cast(try_cast(trim(visitnum) as double) as varchar),
                nullif(upper(trim(visit)), ''),
                nullif(regexp_replace(trim(rsdtc), '^(\d{4}-\d{2}-\d{2})T[0-9:.,+Z-]*$', '\1'), '')
            ) as visit,
            coalesce(nullif(trim(rsstresc), ''), nullif(trim(rsorres), '')) as result
        from rs
        where
            coalesce(nullif(upper(trim(rseval)), ''), 'INVESTIGATOR') = 'INVESTIGATOR'
            and upper(trim(rstestcd)) in ('OVRLRESP', 'SFTSRESP', 'NEWLPROG')
            and regexp_matches(coalesce(nullif(upper(trim(rscat)), ''), 'RECIST'), '^RECIST')
            and not regexp_matches(coalesce(upper(rscat), ''), 'CA.?125')
    ) as read
    left join modalities on read.method = modalities.method
    left join usual_modalities on read.usubjid = usual_modalities.usubjid
),

doubts as (
    select usubjid, visit, string_agg(distinct result, ' / ' order by result) as result
    from visits
    where test = 'NEWLPROG'
    group by usubjid, visit
)

select
    tumours.usubjid || '|' || case
        when exists (
            select 1
            from visits
            where
                visits.test <> 'NEWLPROG'
                and visits.usubjid = tumours.usubjid
                and visits.visit = tumours.visit
                and visits.modality = tumours.modality
        ) then concat_ws('|', tumours.visit, tumours.modality)
        else concat_ws('|', tumours.visit, tumours.modality, tumours.day)
    end as assessment_id,
    tumours.lesion as lesion_id,
    case
        when tumours.place is null or tumours.place in ('BONE', 'BONES', 'SKELETON') then 'unknown'
        when regexp_matches(tumours.place, '\b(PELVIC|PELVIS|ILIUM|ILIAC|ISCHIUM|PUBIS|ACETABULUM)\b')
            then 'pelvis'
        when regexp_matches(tumours.place, '\b(SCAPULA|SCAPULAR)\b') then 'scapula'
        -- The sacrum and the coccyx are vertebrae.
        when regexp_matches(tumours.place, '\b(VERTEBRAE?|VERTEBRAL|SPINE|SACRUM|COCCYX)\b') then 'spine'
        when regexp_matches(tumours.place, '\bRIBS?\b') then 'rib'
        when regexp_matches(tumours.place, '\b(STERNUM|MANUBRIUM)\b') then 'sternum'
        when regexp_matches(tumours.place, '\b(SKULL|CALVARIUM)\b') then 'skull'
        when regexp_matches(tumours.place, '\bFEMUR\b') then 'femur'
        when regexp_matches(tumours.place, '\bHUMERUS\b') then 'humerus'
        when regexp_matches(tumours.place, '\bCLAVICLE\b') then 'clavicle'
        else 'other'
    end as site,
    'unknown' as morphology,
    case
        when upper(tumours.result) in ('NEW', 'NEW TARGET', 'NEW NON-TARGET') then 'new'
        when upper(tumours.result) in ('TARGET', 'NON-TARGET') then 'baseline'
        else tumours.result
    end as status,
    cast(null as varchar) as lysis_change,
    case
        when upper(tumours.result) not like 'NEW%' then null
        when upper(doubts.result) = 'EQUIVOCAL' then 'true'
        when upper(doubts.result) = 'UNEQUIVOCAL' then 'false'
        else doubts.result
    end as is_equivocal,
    tumours.row_number,
    tumours.file
from tumours
left join doubts on tumours.usubjid = doubts.usubjid and tumours.visit = doubts.visit
where
    tumours.is_bone
    or (tumours.place is null and coalesce(upper(tumours.result), 'NEW') like 'NEW%')
order by tumours.file, tumours.row_number
