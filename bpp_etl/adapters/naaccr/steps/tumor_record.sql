-- One row per tumor: its dates as days, what its codes mean, and why it is left out, if it is.
-- YYYYMMDD becomes a day and YYYYMM a month, which is refused later; whatever else stands there is left as it is.
-- A tumor that is sent again counts as it was written last; those of one export are all kept.
with told as (
    select
        nullif(trim(tumor.patient_id_number), '') as patient_id,
        nullif(trim(tumor.tumor_record_number), '') as tumor_record_number,
        upper(nullif(trim(tumor.primary_site), '')) as primary_site,
        nullif(trim(tumor.date_of_diagnosis), '') as date_of_diagnosis,
        '1' in (
            trim(tumor.mets_at_dx_bone), trim(tumor.mets_at_dx_brain), trim(tumor.mets_at_dx_distant_ln),
            trim(tumor.mets_at_dx_liver), trim(tumor.mets_at_dx_lung), trim(tumor.mets_at_dx_other)
        )
        -- Generalised metastases.
        or trim(tumor.mets_at_dx_other) = '2' as is_metastatic_at_diagnosis,
        nullif(trim(tumor.recurrence_date), '') as recurrence_date,
        regexp_full_match(trim(tumor.recurrence_type), '40|46|5[1-9]|60|62') as is_distant_recurrence,
        trim(tumor.estrogen_receptor) as estrogen_receptor,
        trim(tumor.progesterone_receptor) as progesterone_receptor,
        trim(tumor.her2_ihc) as her2_ihc,
        trim(tumor.her2_ish) as her2_ish,
        -- Codes for a result that is not known.
        case when not regexp_full_match(trim(tumor.her2_ratio), '(?i)x+\.?[789]|') then trim(tumor.her2_ratio) end
            as her2_ratio,
        case
            when not regexp_full_match(trim(tumor.her2_dual_copies), '(?i)x+\.?[789]|')
                then trim(tumor.her2_dual_copies)
            when not regexp_full_match(trim(tumor.her2_single_copies), '(?i)x+\.?[789]|')
                then trim(tumor.her2_single_copies)
        end as her2_copies,
        trim(tumor.her2_overall) as her2_overall,
        nullif(trim(tumor.rx_chemo), '') as rx_chemo,
        nullif(trim(tumor.rx_hormone), '') as rx_hormone,
        nullif(trim(tumor.rx_brm), '') as rx_brm,
        nullif(trim(tumor.rx_systemic), '') as rx_systemic,
        try_cast(tumor.generated as timestamptz) as generated,
        tumor.row_number,
        tumor.file
    from tumor
),

meant as (
    select
        told.patient_id,
        told.primary_site,
        regexp_replace(
            regexp_replace(told.date_of_diagnosis, '^(\d{4})(\d{2})(\d{2})$', '\1-\2-\3'),
            '^(\d{4})(\d{2})$', '\1-\2'
        ) as diagnosis_day,
        coalesce(told.is_metastatic_at_diagnosis, false) as is_metastatic_at_diagnosis,
        case
            when told.is_distant_recurrence
                then regexp_replace(
                    regexp_replace(told.recurrence_date, '^(\d{4})(\d{2})(\d{2})$', '\1-\2-\3'),
                    '^(\d{4})(\d{2})$', '\1-\2'
                )
        end as recurrence_day,
        case told.estrogen_receptor when '0' then 'negative' when '1' then 'positive' end as er_status,
        case told.progesterone_receptor when '0' then 'negative' when '1' then 'positive' end as pr_status,
        case told.her2_ihc when '0' then '0' when '1' then '1+' when '2' then '2+' when '3' then '3+' end as ihc_score,
        case told.her2_ish when '0' then 'negative' when '2' then 'equivocal' when '3' then 'positive' end
            as ish_result,
        told.her2_ratio,
        told.her2_copies,
        -- 4 is negative without a score; overall 0 may be equivocal.
        case when told.her2_overall = '1' then 'positive' when told.her2_ihc = '4' then 'negative' end
            as reported_status,
        regexp_replace(
            regexp_replace(
                coalesce(told.rx_systemic, least(told.rx_chemo, told.rx_hormone, told.rx_brm)),
                '^(\d{4})(\d{2})(\d{2})$', '\1-\2-\3'
            ),
            '^(\d{4})(\d{2})$', '\1-\2'
        ) as systemic_day,
        coalesce(
            nullif(
                concat_ws(
                    ' + ',
                    case when told.rx_chemo is not null then 'chemotherapy' end,
                    case when told.rx_hormone is not null then 'hormone therapy' end,
                    case when told.rx_brm is not null then 'biological response modifier' end
                ), ''
            ), 'systemic therapy'
        ) as regimen,
        case
            when not starts_with(told.primary_site, 'C50') or told.primary_site is null then 'a tumor of another site'
            when
                rank() over (
                    partition by
                        told.patient_id,
                        case
                            when told.patient_id is null or told.tumor_record_number is null
                                then concat(' ', told.file, ' ', told.row_number)
                            else told.tumor_record_number
                        end
                    order by told.generated desc nulls last
                ) > 1
                then 'a tumor of the breast that was sent again since'
        end as left_out,
        told.row_number,
        told.file
    from told
)

select
    meant.patient_id,
    meant.primary_site,
    meant.diagnosis_day,
    meant.is_metastatic_at_diagnosis,
    meant.recurrence_day,
    meant.er_status,
    meant.pr_status,
    meant.ihc_score,
    meant.ish_result,
    meant.her2_ratio,
    meant.her2_copies,
    meant.reported_status,
    coalesce(meant.ihc_score, meant.ish_result, meant.her2_ratio, meant.her2_copies, meant.reported_status) is not null
        as has_her2,
    meant.systemic_day,
    meant.regimen,
    meant.left_out,
    meant.row_number,
    meant.file
from meant
