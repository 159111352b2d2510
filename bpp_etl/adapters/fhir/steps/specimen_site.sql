-- One row per way in which a specimen may be referred to: what it is of, the primary or a metastasis.
-- A contained one is referred to by its observation alone, whose row is its key. Of specimens with the same id the one
-- last updated counts; where they do not all say when that was and differ, it is not known which. A body site that is not listed, such as a lymph node,
-- which may be regional, says neither.
with ways as (
    select
        specimen.id as reference_key,
        specimen.site,
        specimen.last_updated,
        specimen.row_number
    from specimen
    where specimen.id <> ''
    union all
    select
        regexp_extract(specimen.full_url, '[^/:#]+$') as reference_key,
        specimen.site,
        specimen.last_updated,
        specimen.row_number
    from specimen
    where specimen.full_url <> ''
),

newest as (
    select
        ways.reference_key,
        case
            when count(distinct coalesce(ways.site, '')) = 1 or bool_and(ways.last_updated is not null)
                then arg_max(
                    coalesce(ways.site, ''),
                    struct_pack(updated := coalesce(ways.last_updated, ''), place := ways.row_number)
                )
        end as site
    from ways
    where ways.reference_key <> ''
    group by ways.reference_key
    union all
    select
        concat('#', contained_specimen.row_number) as reference_key,
        contained_specimen.site
    from contained_specimen
)

select
    newest.reference_key,
    code_meaning.meaning as specimen_site
from newest
inner join code_meaning on code_meaning.subject = 'specimen' and newest.site = code_meaning.codings
