-- One row per tumour that the investigator identified in bone, and per new tumour whose location was not
-- collected.
--
-- Scope. A new tumour without a location may be the very lesion that is looked for, so it is not dropped:
-- site unknown, and as SDTM has no field for the build of a lesion, morphology unknown, which is never a
-- candidate. Target and non-target tumours without a location cannot become an event and are not claimed for
-- bone.
-- Status. TARGET and NON-TARGET are chosen at baseline; TU is not repeated at later visits. Any other code
-- passes untouched.
-- Doubt. RS says of a visit's new lesions whether they progress unequivocally (NEWLPROG). Records that
-- disagree pass joined, for the gate.
with doubts as (
    select
        usubjid,
        visit,
        string_agg(distinct result, ' / ' order by result) as result
    from finding
    where source = 'rs' and table_name = 'bone_lesions'
    group by usubjid, visit
)

select
    tumour.assessment_id,
    tumour.lesion as lesion_id,
    case
        when tumour.place is null or tumour.place in ('BONE', 'BONES', 'SKELETON') then 'unknown'
        when regexp_matches(tumour.place, '\b(PELVIC|PELVIS|ILIUM|ILIAC|ISCHIUM|PUBIS|ACETABULUM)\b')
            then 'pelvis'
        when regexp_matches(tumour.place, '\b(SCAPULA|SCAPULAR)\b') then 'scapula'
        -- The sacrum and the coccyx are vertebrae.
        when regexp_matches(tumour.place, '\b(VERTEBRAE?|VERTEBRAL|SPINE|SACRUM|COCCYX)\b') then 'spine'
        when regexp_matches(tumour.place, '\bRIBS?\b') then 'rib'
        when regexp_matches(tumour.place, '\b(STERNUM|MANUBRIUM)\b') then 'sternum'
        when regexp_matches(tumour.place, '\b(SKULL|CALVARIUM)\b') then 'skull'
        when regexp_matches(tumour.place, '\bFEMUR\b') then 'femur'
        when regexp_matches(tumour.place, '\bHUMERUS\b') then 'humerus'
        when regexp_matches(tumour.place, '\bCLAVICLE\b') then 'clavicle'
        else 'other'
    end as site,
    'unknown' as morphology,
    case
        when upper(tumour.result) in ('NEW', 'NEW TARGET', 'NEW NON-TARGET') then 'new'
        when upper(tumour.result) in ('TARGET', 'NON-TARGET') then 'baseline'
        else tumour.result
    end as status,
    cast(null as varchar) as lysis_change,
    case
        when upper(tumour.result) not like 'NEW%' then null
        when upper(doubts.result) = 'EQUIVOCAL' then 'true'
        when upper(doubts.result) = 'UNEQUIVOCAL' then 'false'
        else doubts.result
    end as is_equivocal,
    tumour.row_number,
    tumour.file
from tumour
left join doubts on tumour.usubjid = doubts.usubjid and tumour.visit = doubts.visit
where
    (tumour.source = 'tu' and tumour.place is null and coalesce(upper(tumour.result), 'NEW') like 'NEW%')
    -- Words of the CDISC list of locations that name a bone; nodes, vessels and soft tissue named after a bone
    -- are not bone.
    or (
        regexp_matches(
            tumour.place,
            '\b(BONES?|SKELETON|VERTEBRAE?|VERTEBRAL|SPINE|SACRUM|COCCYX|ILIUM|ILIAC CREST|ISCHIUM|PUBIS|'
            'ACETABULUM|RIBS?|STERNUM|MANUBRIUM|SKULL|CALVARIUM|MANDIBLE|MAXILLA|FEMUR|HUMERUS|SCAPULA|'
            'CLAVICLE|TIBIA|FIBULA|RADIUS|ULNA|PATELLA)\b'
        )
        and not regexp_matches(
            tumour.place,
            '\b(MARROW|LYMPH|ARTERY|VEIN|NERVE|MUSCLE|CORD|CANAL|DISC|CARTILAGE|LIGAMENT|TENDON|TISSUE)\b'
        )
    )
order by tumour.file, tumour.row_number
