-- One row per text that stands in a cell which says something: what it says.
-- NA and [Not Available] are how a study writes an empty cell. Words of ours may have any case of letters; all else
-- stays as it is, for [recode] and the gate.
select
    text,
    case
        when lower(trim(text)) in ('positive', 'negative', 'equivocal', 'unknown') then lower(trim(text))
        else trim(text)
    end as says
from (
    select unnest([sex, os_months, er_status, pr_status]) as text from patient
    union
    select unnest([er_status, pr_status, her2_status, her2_ihc, her2_ish]) as text from sample
    union
    select unnest([diagnostic_type, result, unit, upper_limit_normal, agent]) as text from timeline
)
where trim(text) <> '' and upper(trim(text)) not in ('NA', '[NOT AVAILABLE]')
