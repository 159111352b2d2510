-- One row per way in which a specimen may be referred to, in its own file and from elsewhere (no file): what it is of,
-- the primary or a metastasis.
-- A contained one is referred to by its observation alone, whose row is its key. Ids may be given anew in each bundle,
-- so one of the same file comes first. Of specimens with the same id the one last updated counts; where they do not all
-- say when that was and differ, it is not known which. A body site that is not listed, such as a lymph node, which may
-- be regional, says neither.
with ways as (
    select
        specimen.id as reference_key,
        specimen.site,
        specimen.last_updated,
        specimen.row_number,
        specimen.file
    from specimen
    where specimen.id <> ''
    union all
    select
        regexp_extract(specimen.full_url, '[^/:#]+$') as reference_key,
        specimen.site,
        specimen.last_updated,
        specimen.row_number,
        specimen.file
    from specimen
    where specimen.full_url <> ''
),

newest as (
    select
        ways.reference_key,
        ways.file,
        case
            when count(distinct coalesce(ways.site, '')) = 1 or bool_and(ways.last_updated is not null)
                then arg_max(
                    coalesce(ways.site, ''),
                    struct_pack(updated := coalesce(ways.last_updated, ''), place := ways.row_number)
                )
        end as site
    from ways
    where ways.reference_key <> ''
    group by grouping sets ((ways.reference_key, ways.file), (ways.reference_key))
    union all
    select
        concat('#', contained_specimen.row_number) as reference_key,
        cast(null as varchar) as file,
        contained_specimen.site
    from contained_specimen
)

select
    newest.reference_key,
    newest.file,
    code_meaning.meaning as specimen_site
from newest
left join code_meaning on code_meaning.subject = 'specimen' and newest.site = code_meaning.codings
