-- One row per report: what it is of, its days and letters, and why it is left out, if it is.
-- A report that is sent again counts as it was sent last. The site of a tumor is that of any report on it.
with told as (
    select
        nullif(trim(meldung.patient_id), '') as patient_id,
        nullif(trim(meldung.report_id), '') as report_id,
        nullif(trim(meldung.tumor_id), '') as tumor_id,
        upper(nullif(trim(meldung.tumor_icd), '')) as own_site,
        max(upper(nullif(trim(meldung.tumor_icd), ''))) over (
            partition by
                trim(meldung.patient_id),
                coalesce(nullif(trim(meldung.tumor_id), ''), concat(' ', meldung.file, ' ', meldung.row_number))
        ) as site_of_tumor,
        -- An element with attributes and without text is no day; a zone behind a day, as XML may write it, moves none.
        regexp_replace(trim(meldung.tumor_diagnosed), '^\{.*$|(Z|[+-]\d{2}:\d{2})$', '') as tumor_diagnosed,
        regexp_replace(trim(meldung.death_date), '^\{.*$|(Z|[+-]\d{2}:\d{2})$', '') as death_date,
        meldung.death is not null as has_death,
        upper(trim(meldung.death_precision)) as death_precision,
        regexp_replace(trim(meldung.diagnosis_histology), '^\{.*$|(Z|[+-]\d{2}:\d{2})$', '') as diagnosis_histology,
        regexp_replace(trim(meldung.course_examined), '^\{.*$|(Z|[+-]\d{2}:\d{2})$', '') as course_examined,
        regexp_replace(trim(meldung.course_histology), '^\{.*$|(Z|[+-]\d{2}:\d{2})$', '') as course_histology,
        regexp_replace(trim(meldung.pathology_histology), '^\{.*$|(Z|[+-]\d{2}:\d{2})$', '') as pathology_histology,
        regexp_replace(trim(meldung.operation_histology), '^\{.*$|(Z|[+-]\d{2}:\d{2})$', '') as operation_histology,
        nullif(regexp_replace(trim(meldung.operation_day), '(Z|[+-]\d{2}:\d{2})$', ''), '') as operation_day,
        upper(trim(meldung.course_status)) as course_status,
        meldung.diagnosis_certainty,
        meldung.pathology_certainty,
        meldung.operation_id,
        meldung.radiotherapy_id,
        meldung.conference_id,
        upper(trim(meldung.estrogen_receptor)) as estrogen_receptor,
        upper(trim(meldung.progesterone_receptor)) as progesterone_receptor,
        upper(trim(meldung.her2)) as her2,
        nullif(trim(meldung.therapy_id), '') as therapy_id,
        nullif(trim(meldung.therapy_protocol), '') as protocol,
        meldung.therapy_substances is not null as has_substances,
        nullif(regexp_replace(trim(meldung.therapy_start), '^\{.*$|(Z|[+-]\d{2}:\d{2})$', ''), '') as therapy_start,
        upper(trim(coalesce(meldung.therapy_start_precision, 'E'))) as therapy_start_precision,
        nullif(regexp_replace(trim(meldung.therapy_end), '^\{.*$|(Z|[+-]\d{2}:\d{2})$', ''), '') as therapy_end,
        upper(trim(coalesce(meldung.therapy_end_precision, 'E'))) as therapy_end_precision,
        meldung.therapy_kind,
        upper(trim(meldung.therapy_intention)) as therapy_intention,
        meldung.metastases,
        meldung.reported_on,
        meldung.row_number,
        meldung.file,
        row_number() over (
            partition by
                case
                    when nullif(trim(meldung.report_id), '') is null or nullif(trim(meldung.patient_id), '') is null
                        then concat(' ', meldung.file, ' ', meldung.row_number)
                    else concat(trim(meldung.patient_id), ' ', trim(meldung.report_id))
                end
            order by meldung.reported_on desc nulls last, meldung.row_number desc, meldung.file desc
        ) as copy
    from meldung
),

dated as (
    select
        told.patient_id,
        told.tumor_id,
        coalesce(told.own_site, told.site_of_tumor) as site,
        nullif(told.death_date, '') as death_date,
        told.has_death,
        told.death_precision,
        coalesce(
            nullif(told.course_histology, ''), nullif(told.pathology_histology, ''),
            nullif(told.operation_histology, ''), nullif(told.course_examined, ''), told.operation_day,
            nullif(told.diagnosis_histology, ''), nullif(told.tumor_diagnosed, '')
        ) as day,
        case told.estrogen_receptor when 'P' then 'positive' when 'N' then 'negative' end as er_status,
        case told.progesterone_receptor when 'P' then 'positive' when 'N' then 'negative' end as pr_status,
        case told.her2 when 'P' then 'positive' when 'N' then 'negative' end as reported_status,
        told.metastases,
        told.report_id,
        concat_ws(
            '|',
            coalesce(told.patient_id, concat(' ', told.file, ' ', told.row_number)),
            coalesce(told.tumor_id, ''),
            coalesce(told.therapy_id, concat(' ', coalesce(told.report_id, concat(told.file, ' ', told.row_number))))
        ) as therapy,
        told.therapy_id is not null as is_named_therapy,
        told.protocol,
        told.has_substances,
        told.therapy_start,
        told.therapy_start_precision,
        told.therapy_end,
        told.therapy_end_precision,
        case
            when told.has_death then 'a death'
            when upper(trim(told.therapy_kind)) in ('AS', 'WS', 'WW') then 'a decision to wait'
            when coalesce(told.therapy_id, told.therapy_kind, told.therapy_intention) is not null
                then case
                    when told.therapy_intention = 'P' then 'a palliative systemic therapy'
                    else 'a systemic therapy'
                end
            when coalesce(told.course_status, told.course_examined) is not null
                then case when told.course_status = 'P' then 'a course with progression' else 'a course' end
            when told.diagnosis_certainty is not null then 'a diagnosis'
            when told.pathology_certainty is not null then 'a report of pathology'
            when coalesce(told.operation_id, told.operation_day) is not null then 'an operation'
            when told.radiotherapy_id is not null then 'a radiotherapy'
            when told.conference_id is not null then 'a tumor conference'
            else 'another report'
        end as kind,
        told.reported_on,
        told.copy,
        told.row_number,
        told.file
    from told
)

select
    dated.patient_id,
    dated.site,
    dated.death_date,
    dated.has_death,
    dated.death_precision,
    dated.day,
    dated.er_status,
    dated.pr_status,
    dated.reported_status,
    row_number() over (
        partition by
            dated.patient_id,
            dated.day,
            dated.reported_status,
            dated.copy > 1 or coalesce(not starts_with(dated.site, 'C50'), false),
            case when dated.patient_id is null then concat(dated.file, ' ', dated.row_number) end
        order by dated.row_number, dated.file
    ) = 1 as is_first_of_its_status,
    dated.metastases,
    dated.kind,
    case
        when dated.copy > 1 then 'a report that was sent again since'
        when dated.site is not null and not starts_with(dated.site, 'C50') and not dated.has_death
            then 'a report on a tumor of another site'
    end as left_out,
    case when dated.kind like 'a %systemic therapy' then dated.therapy end as therapy,
    dated.is_named_therapy,
    dated.report_id,
    dated.protocol,
    dated.has_substances,
    dated.therapy_start,
    dated.therapy_start_precision,
    dated.therapy_end,
    dated.therapy_end_precision,
    dated.reported_on,
    dated.row_number,
    dated.file
from dated
