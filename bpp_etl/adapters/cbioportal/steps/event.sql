-- One row per row of a timeline: what it means, and the table it comes into (empty: none).
-- A test is called by its name without what stands in brackets behind it, which is its unit.
with tests as (
    select
        test,
        min(analyte) as analyte
    from (
        select
            test,
            'ALP_TOTAL' as analyte
        from (values ('ALP'), ('ALKALINE PHOSPHATASE'), ('ALK PHOS')) as known (test)
        union all
        select
            upper(trim(value)) as test,
            case path when 'tests.alp_bone' then 'ALP_BONE' else 'ALP_TOTAL' end as analyte
        from setting
        where path in ('tests.alp_total', 'tests.alp_bone')
    )
    group by test
),

told as (
    select
        timeline.patient_id,
        nullif(trim(timeline.start_date), '') as day,
        upper(trim(timeline.event_type)) as kind,
        scan_type.says as scan_type,
        nullif(trim(timeline.image_id), '') as image_id,
        result.says as result,
        tests.analyte,
        coalesce(unit.says, nullif(trim(regexp_extract(timeline.test, '\(([^()]*)\)\s*$', 1)), '')) as unit,
        upper_limit.says as upper_limit_normal,
        nullif(trim(timeline.sample_id), '') as sample_id,
        nullif(trim(timeline.stop_date), '') as stop_day,
        agent.says as agent,
        coalesce(regexp_matches(lower(timeline.treatment_type), '\b(radi|surg|operat)'), false)
        -- A radiopharmaceutical is a drug.
        or coalesce(
            regexp_matches(lower(timeline.subtype), '\b(radiation|irradiation|radio[ -]?(th|surg)|xrt|surg|operat)'),
            false
        ) as is_no_drug,
        timeline.row_number,
        timeline.file
    from timeline
    left join tests on upper(trim(regexp_replace(timeline.test, '\s*\([^()]*\)\s*$', ''))) = tests.test
    left join word as scan_type on timeline.diagnostic_type = scan_type.text
    left join word as result on timeline.result = result.text
    left join word as agent on timeline.agent = agent.text
    left join word as unit on timeline.unit = unit.text
    left join word as upper_limit on timeline.upper_limit_normal = upper_limit.text
)

select
    patient_id,
    day,
    case
        when kind = 'LAB_TEST' and analyte is not null then 'a result of alkaline phosphatase'
        when kind = 'LAB_TEST' then 'another laboratory test'
        when kind in ('IMAGING', 'DIAGNOSTIC', 'DIAGNOSTICS') and scan_type is not null then 'a row of an image'
        when kind in ('IMAGING', 'DIAGNOSTIC', 'DIAGNOSTICS') then 'an image without a type'
        when kind = 'TREATMENT' and is_no_drug then 'a treatment that is no drug'
        when kind = 'TREATMENT' and agent is not null then 'an agent of a treatment'
        when kind = 'TREATMENT' then 'a treatment without an agent'
        when kind = 'SPECIMEN' and sample_id is not null then 'the day of a sample'
        when kind = 'SPECIMEN' then 'a specimen without a sample'
        when kind = 'STATUS' then 'a status'
        else 'another event'
    end as meaning,
    case meaning
        when 'a result of alkaline phosphatase' then 'lab_results'
        when 'a row of an image' then 'imaging_assessments'
        when 'the day of a sample' then 'her2_tests'
        when 'an agent of a treatment' then 'drug_exposures'
    end as table_name,
    analyte,
    scan_type,
    coalesce(image_id, concat_ws('|', patient_id, day, scan_type)) as image_id,
    result,
    unit,
    upper_limit_normal,
    sample_id,
    stop_day,
    agent,
    row_number,
    file
from told
