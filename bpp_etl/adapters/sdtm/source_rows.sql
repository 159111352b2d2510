-- One row per domain and meaning of its records: how many there are, and the table they come into (empty:
-- none). Sums to the domain.
select
    'dm' as source,
    'a subject' as meaning,
    'patients' as table_name,
    count(*) as source_rows
from dm

union all

select
    'ex' as source,
    'an exposure, joined into the line of its subject' as meaning,
    'therapy_lines' as table_name,
    count(*) as source_rows
from ex

union all

select
    'lb' as source,
    'a laboratory result' as meaning,
    'lab_results' as table_name,
    count(*) as source_rows
from lb

union all

select
    'rs' as source,
    meaning,
    case meaning
        when 'the response to a visit' then 'imaging_assessments'
        when 'whether new lesions are unequivocal' then 'bone_lesions'
    end as table_name,
    count(*) as source_rows
from (
    select
        case
            when coalesce(nullif(upper(trim(rseval)), ''), 'INVESTIGATOR') <> 'INVESTIGATOR'
                then 'the read of another reader'
            when
                not regexp_matches(coalesce(nullif(upper(trim(rscat)), ''), 'RECIST'), '^RECIST')
                or regexp_matches(coalesce(upper(rscat), ''), 'CA.?125')
                then 'a response by criteria other than RECIST'
            when upper(trim(rstestcd)) in ('OVRLRESP', 'SFTSRESP') then 'the response to a visit'
            when upper(trim(rstestcd)) = 'NEWLPROG' then 'whether new lesions are unequivocal'
            else 'a part of a response'
        end as meaning
    from rs
)
group by meaning

union all

select
    'tu' as source,
    meaning,
    case meaning
        when 'a tumour with a location, or new' then 'bone_lesions'
        when 'a known tumour without a location' then 'imaging_assessments'
    end as table_name,
    count(*) as source_rows
from (
    select
        case
            when coalesce(nullif(upper(trim(tueval)), ''), 'INVESTIGATOR') <> 'INVESTIGATOR'
                then 'the read of another reader'
            when coalesce(upper(trim(tutestcd)), '') not in ('TUMIDENT', 'LESIDENT')
                then 'a record that identifies no tumour'
            when
                nullif(trim(tuloc), '') is not null
                or coalesce(nullif(upper(trim(tustresc)), ''), nullif(upper(trim(tuorres)), ''), 'NEW')
                like 'NEW%'
                then 'a tumour with a location, or new'
            else 'a known tumour without a location'
        end as meaning
    from tu
)
group by meaning
