-- One row per parsed HER2 test, with the status that ASCO/CAP 2018 (affirmed in 2023) gives it.
-- `rule` is the whole guideline: find the ISH evidence on the left, the IHC score above. An unknown that could
-- change the answer makes it indeterminate, never negative.
with rule(ish_evidence, ihc_0_or_1, ihc_2, ihc_3, ihc_none) as (
    values
    -- Dual probe: HER2/CEP17 ratio and HER2 copies per cell. Groups 2, 3 and 4 are read together with IHC.
    ('group_1', 'positive', 'positive', 'positive', 'positive'),                 -- ratio >= 2.0, copies >= 4.0
    ('group_2', 'negative', 'negative', 'positive', 'indeterminate'),            -- ratio >= 2.0, copies <  4.0
    ('group_3', 'negative', 'positive', 'positive', 'indeterminate'),            -- ratio <  2.0, copies >= 6.0
    ('group_4', 'negative', 'negative', 'positive', 'indeterminate'),            -- ratio <  2.0, copies 4.0 to 5.9
    ('group_5', 'negative', 'negative', 'positive', 'negative'),                 -- ratio <  2.0, copies <  4.0
    -- Single probe: copies alone. With IHC 2+ the guideline asks for a dual probe before it answers.
    ('copies_6_or_more', 'positive', 'positive', 'positive', 'positive'),
    ('copies_4_to_6', 'negative', 'indeterminate', 'positive', 'indeterminate'),
    ('copies_below_4', 'negative', 'negative', 'positive', 'negative'),
    -- A ratio alone leaves several groups open: an answer stands where they all agree.
    ('ratio_2_or_more', 'indeterminate', 'indeterminate', 'positive', 'indeterminate'), -- group 1 or 2
    ('ratio_below_2', 'negative', 'indeterminate', 'positive', 'indeterminate'),        -- group 3, 4 or 5
    -- No numbers: the laboratory's own reading. Equivocal could be group 2, 3 or 4.
    ('result_positive', 'positive', 'positive', 'positive', 'positive'),
    ('result_negative', 'negative', 'negative', 'positive', 'negative'),
    ('result_equivocal', 'negative', 'indeterminate', 'positive', 'indeterminate'),
    -- No ISH. Without IHC too, the reported status is all there is.
    ('none', 'negative', 'indeterminate', 'positive', 'as_reported')
),

evidence as (
    select
        row_number,
        registry,
        patient_id,
        test_date,
        specimen_site,
        ihc_score,
        ish_result,
        her2_cep17_ratio,
        her2_copy_number,
        reported_status,
        problems,
        case
            when her2_cep17_ratio >= 2.0 and her2_copy_number >= 4.0 then 'group_1'
            when her2_cep17_ratio >= 2.0 and her2_copy_number < 4.0 then 'group_2'
            when her2_cep17_ratio < 2.0 and her2_copy_number >= 6.0 then 'group_3'
            when her2_cep17_ratio < 2.0 and her2_copy_number >= 4.0 then 'group_4'
            when her2_cep17_ratio < 2.0 and her2_copy_number < 4.0 then 'group_5'
            when her2_copy_number >= 6.0 then 'copies_6_or_more'
            when her2_copy_number >= 4.0 then 'copies_4_to_6'
            when her2_copy_number < 4.0 then 'copies_below_4'
            -- The laboratory knew the copies: its reading stands where the ratio points the same way.
            when her2_cep17_ratio >= 2.0 and ish_result = 'positive' then 'result_positive'
            when her2_cep17_ratio < 2.0 and ish_result = 'negative' then 'result_negative'
            when her2_cep17_ratio >= 2.0 then 'ratio_2_or_more'
            when her2_cep17_ratio < 2.0 then 'ratio_below_2'
            when ish_result = 'positive' then 'result_positive'
            when ish_result = 'negative' then 'result_negative'
            when ish_result = 'equivocal' then 'result_equivocal'
            else 'none'
        end as ish_evidence
    from parsed_her2_tests
),

answered as (
    select
        e.row_number,
        e.registry,
        e.patient_id,
        e.test_date,
        e.specimen_site,
        e.ihc_score,
        e.ish_result,
        e.her2_cep17_ratio,
        e.her2_copy_number,
        e.reported_status,
        e.problems,
        e.ish_evidence,
        case
            when e.ihc_score in ('0', '1+') then r.ihc_0_or_1
            when e.ihc_score = '2+' then r.ihc_2
            when e.ihc_score = '3+' then r.ihc_3
            else r.ihc_none
        end as answer,
        -- What the report says, in the words of the answer.
        case
            when e.reported_status in ('positive', 'negative') then e.reported_status
            when e.reported_status = 'equivocal' then 'indeterminate'
        end as reported_answer
    from evidence as e
    inner join rule as r on r.ish_evidence = e.ish_evidence
),

decided as (
    select
        row_number,
        registry,
        patient_id,
        test_date,
        specimen_site,
        ihc_score,
        ish_result,
        her2_cep17_ratio,
        her2_copy_number,
        reported_status,
        problems,
        ish_evidence,
        answer,
        reported_answer,
        case when answer = 'as_reported' then coalesce(reported_answer, 'indeterminate') else answer end
            as her2_status
    from answered
)

select
    registry,
    patient_id,
    test_date,
    specimen_site,
    ihc_score,
    ish_result,
    her2_cep17_ratio,
    her2_copy_number,
    reported_status,
    her2_status,
    -- Annotation only. IHC 2+ is negative only where ISH made it so; without a score nobody can say.
    case
        when her2_status = 'positive' or ihc_score in ('0', '3+') then false
        when her2_status = 'negative' and ihc_score in ('1+', '2+') then true
    end as her2_low,
    list_sort(list_filter([
        -- Why the answer is unknown, or whose it is.
        case when answer = 'as_reported' and reported_answer is null then 'her2_no_evidence' end,
        case when answer = 'as_reported' and reported_answer is not null then 'her2_status_as_reported' end,
        case when ihc_score = '2+' and ish_evidence = 'none' then 'her2_ihc2_without_ish' end,
        case when ihc_score is null and ish_evidence in ('group_2', 'group_3', 'group_4')
            then 'her2_ish_group_needs_ihc' end,
        case when ish_evidence = 'copies_4_to_6' and answer = 'indeterminate'
            then 'her2_single_probe_needs_dual_probe' end,
        case when ish_evidence in ('ratio_2_or_more', 'ratio_below_2')
            then 'her2_ratio_without_copy_number' end,
        case when ish_evidence = 'result_equivocal' and answer = 'indeterminate'
            then 'her2_ish_equivocal' end,
        case when ish_evidence in ('group_2', 'group_3', 'group_4') and answer = 'negative'
            then 'her2_negative_with_comment' end,
        -- Where two parts of one test disagree.
        case when ihc_score = '3+' and ish_evidence = 'group_5' then 'her2_ihc3_ish_group5' end,
        case when ihc_score = '3+' and ish_evidence in ('copies_below_4', 'result_negative')
            then 'her2_ihc3_ish_negative' end,
        case
            when
                ish_evidence in ('group_1', 'copies_6_or_more') and ish_result <> 'positive'
                or ish_evidence in ('group_5', 'copies_below_4') and ish_result <> 'negative'
                or ish_evidence in ('group_2', 'group_3', 'group_4', 'copies_4_to_6')
                and ish_result <> 'equivocal' and answer <> 'indeterminate' and ish_result <> answer
                or ish_evidence = 'ratio_2_or_more' and ish_result is not null
                or ish_evidence = 'ratio_below_2' and ish_result = 'positive'
                then 'her2_ish_result_differs_from_numbers'
        end,
        case when ihc_score = '2+' and ish_evidence = 'none' and reported_status = 'negative'
            then 'her2_equivocal_reported_negative' end,
        case when answer <> 'as_reported' and reported_answer <> her2_status then 'her2_reported_differs' end
    ], lambda code: code is not null)) as flags,
    row_number,
    coalesce(problems, cast([] as varchar[])) as problems
from decided
