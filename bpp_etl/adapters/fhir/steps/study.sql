-- One row per imaging study: its id, its patient, its day, and how it was made; or why it is no assessment.
with told as (
    select
        imaging_study.id,
        regexp_extract(imaging_study.full_url, '[^/:#]+$') as url_key,
        imaging_study.status,
        regexp_extract(imaging_study.subject, '([^/:#]+)(/_history/.*)?$', 1) as patient_ref,
        regexp_replace(imaging_study.started, 'T.*$', '') as day,
        list_distinct(
            list_transform(
                list_filter(
                    list_concat(
                        json_extract_string(imaging_study.modality, '$[*].code'),
                        [
                            imaging_study.series_0, imaging_study.series_1,
                            imaging_study.series_2, imaging_study.series_3
                        ]
                    ), lambda one: one is not null
                ), lambda one: upper(trim(one))
            )
        ) as modalities,
        imaging_study.row_number,
        imaging_study.file,
        row_number() over (
            partition by coalesce(imaging_study.id, concat(imaging_study.file, imaging_study.row_number))
            order by
                imaging_study.last_updated desc nulls last,
                try_cast(imaging_study.version as bigint) desc nulls last,
                imaging_study.row_number desc, imaging_study.file desc
        ) as copy
    from imaging_study
)

select
    told.id as assessment_id,
    told.url_key,
    coalesce(patient_key.patient_id, told.patient_ref) as patient_id,
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
        when told.copy > 1 then 'a study that was updated since'
        when lower(told.status) in ('cancelled', 'entered-in-error') then 'a study in error or cancelled'
        when not list_has_any(told.modalities, ['PT', 'CT', 'MR', 'CR', 'DX', 'XR', 'NM'])
            then 'a study of another modality'
    end as left_out,
    told.row_number,
    told.file
from told
left join patient_key on told.patient_ref = patient_key.reference_key
