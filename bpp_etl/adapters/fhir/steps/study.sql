-- One row per imaging study: its id, its patient, its day, and how it was made; or why it is no assessment.
with told as (
    select
        coalesce(
            nullif(imaging_study.id, ''), nullif(regexp_extract(imaging_study.full_url, '[^/:#]+$'), '')
        ) as id,
        regexp_extract(imaging_study.full_url, '[^/:#]+$') as url_key,
        imaging_study.status,
        imaging_study.subject as reference,
        regexp_replace(imaging_study.started, 'T.*$', '') as day,
        list_distinct(
            list_transform(
                list_filter(
                    list_concat(
                        json_extract_string(imaging_study.modality, '$[*].code'),
                        json_extract_string(imaging_study.series, '$[*].modality.code')
                    ), lambda one: one is not null
                ), lambda one: upper(trim(one))
            )
        ) as modalities,
        imaging_study.row_number,
        imaging_study.file
    from imaging_study
)

select
    told.id as assessment_id,
    told.url_key,
    patient_of.patient_id,
    told.day,
    case
        when list_contains(told.modalities, 'PT') and list_contains(told.modalities, 'CT') then 'PET_CT'
        when list_contains(told.modalities, 'CT') then 'CT'
        when list_contains(told.modalities, 'MR') then 'MRI'
        when list_has_any(told.modalities, ['CR', 'DX', 'XR']) then 'XRAY'
        when list_contains(told.modalities, 'PT') then 'PT'
        when list_contains(told.modalities, 'NM') then 'NM'
    end as modality,
    case
        when outdated.row_number is not null then 'a study that was updated since'
        when lower(told.status) in ('cancelled', 'entered-in-error') then 'a study in error or cancelled'
        when not list_has_any(told.modalities, ['PT', 'CT', 'MR', 'CR', 'DX', 'XR', 'NM'])
            then 'a study of another modality'
    end as left_out,
    told.row_number,
    told.file
from told
left join patient_of on told.reference = patient_of.reference
left join outdated on outdated.source = 'imaging_study' and told.row_number = outdated.row_number
