-- One row per drug exposure, with the agent that the registry says it is: by its concept, else by its text.
with agents as (
    select
        lower(trim(name)) as drug,
        min(nullif(trim(value), '')) as agent
    from setting
    where path = 'agents'
    group by lower(trim(name))
)

select
    drug_exposure.person_id,
    coalesce(by_concept.agent, by_text.agent) as agent,
    if(strlen(drug_exposure.drug_exposure_start_date) > 10, regexp_replace(drug_exposure.drug_exposure_start_date, '[ T]00:00:00(\.0+)?$', ''), drug_exposure.drug_exposure_start_date) as start_day,
    if(strlen(drug_exposure.verbatim_end_date) > 10, regexp_replace(drug_exposure.verbatim_end_date, '[ T]00:00:00(\.0+)?$', ''), drug_exposure.verbatim_end_date) as end_day,
    drug_exposure.row_number,
    drug_exposure.file
from drug_exposure
left join agents as by_concept on cast(try_cast(drug_exposure.drug_concept_id as bigint) as varchar) = by_concept.drug
left join agents as by_text on lower(trim(drug_exposure.drug_source_value)) = by_text.drug
