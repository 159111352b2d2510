-- One row per concept of a unit and its text: those of the vocabularies, and those that the registry states in
-- [omop.units], which come first.
-- 9526 is a katal, not a katal per litre: it stays what it is, and no result is converted by it.
select
    concept_id,
    min(text) as text
from (
    select
        try_cast(name as bigint) as concept_id,
        nullif(trim(value), '') as text
    from setting
    where path = 'units'
    union all
    select
        known.concept_id,
        known.text
    from (values (8645, 'U/L'), (8923, 'IU/L'), (9526, 'kat')) as known (concept_id, text)
    where
        not exists (
            select 1 from setting where setting.path = 'units' and try_cast(setting.name as bigint) = known.concept_id
        )
)
where concept_id is not null
group by concept_id
