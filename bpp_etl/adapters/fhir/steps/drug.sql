-- One row per request, administration or statement of a drug: the agent, its days, or why it does not count.
-- An agent is called as the registry lists its code, else by its name in the record; a reference leads to a
-- Medication, in the resource itself or apart: one of the same file first, as ids may be given anew in each bundle.
-- Where several of one id differ and none is known to be the newest, the drug has no agent.
with ways as (
    select
        medication.id as way,
        medication.code,
        medication.name,
        medication.last_updated,
        medication.file
    from medication
    union
    select
        regexp_extract(medication.full_url, '[^/:#]+$') as way,
        medication.code,
        medication.name,
        medication.last_updated,
        medication.file
    from medication
),

of_file as (
    select
        ways.way,
        ways.file,
        min(ways.code) as code,
        min(ways.name) as name
    from ways
    where ways.way <> ''
    group by ways.way, ways.file
    having count(distinct concat_ws('|', coalesce(ways.code, ''), coalesce(ways.name, ''))) = 1
),

anywhere as (
    select
        ways.way,
        arg_max(coalesce(ways.code, ''), coalesce(ways.last_updated, '')) as code,
        arg_max(coalesce(ways.name, ''), coalesce(ways.last_updated, '')) as name
    from ways
    where ways.way <> ''
    group by ways.way
    having
        count(distinct concat_ws('|', coalesce(ways.code, ''), coalesce(ways.name, ''))) = 1
        or bool_and(ways.last_updated is not null)
),

told as (
    select
        'medication_request' as source,
        case
            when lower(medication_request.intent) in ('proposal', 'plan', 'option') then 'planned'
            when medication_request.do_not_perform = 'true' then 'not-done'
            else lower(medication_request.status)
        end as status,
        medication_request.subject,
        medication_request.name,
        medication_request.reference,
        medication_request.started as started,
        cast(null as varchar) as ended,
        medication_request.profile,
        medication_request.code,
        medication_request.contained,
        medication_request.row_number,
        medication_request.file
    from medication_request
    union all
    select
        'medication_administration' as source,
        lower(medication_administration.status) as status,
        medication_administration.subject,
        medication_administration.name,
        medication_administration.reference,
        coalesce(medication_administration.period_start, medication_administration.day) as started,
        coalesce(medication_administration.period_end, medication_administration.day) as ended,
        medication_administration.profile,
        medication_administration.code,
        medication_administration.contained,
        medication_administration.row_number,
        medication_administration.file
    from medication_administration
    union all
    select
        'medication_statement' as source,
        lower(medication_statement.status) as status,
        medication_statement.subject,
        medication_statement.name,
        medication_statement.reference,
        coalesce(medication_statement.period_start, medication_statement.day) as started,
        medication_statement.period_end as ended,
        medication_statement.profile,
        medication_statement.code,
        medication_statement.contained,
        medication_statement.row_number,
        medication_statement.file
    from medication_statement
),

named as (
    select
        told.source,
        told.status,
        told.subject as reference,
        told.started,
        told.ended,
        coalesce(contains(cast(told.profile as varchar), 'mcode-cancer-related-medication'), false) as is_of_cancer,
        coalesce(
            told.code,
            case
                when starts_with(told.reference, '#')
                    then json_extract(
                        list_filter(
                            json_extract(told.contained, '$[*]'), lambda one: one ->> '$.id' = told.reference[2:]
                        )[1], '$.code.coding'
                    )
            end,
            of_file.code,
            nullif(anywhere.code, '')
        ) as code,
        coalesce(told.name, of_file.name, nullif(anywhere.name, '')) as name,
        told.row_number,
        told.file
    from told
    left join of_file
        on
            regexp_extract(told.reference, '([^/:#]+)(/_history/.*)?$', 1) = of_file.way
            and told.file = of_file.file
    left join anywhere
        on regexp_extract(told.reference, '([^/:#]+)(/_history/.*)?$', 1) = anywhere.way
),

coded as (
    select
        named.source,
        named.status,
        named.reference,
        named.started,
        named.ended,
        named.is_of_cancer,
        (
            select min(setting.value)
            from setting
            where
                setting.path = 'agents'
                and list_contains(
                    list_transform(json_extract(named.code, '$[*]'), lambda one: trim(one ->> '$.code')), setting.name
                )
        ) as listed,
        coalesce(
            named.name, json_extract_string(named.code, '$[0].display'), json_extract_string(named.code, '$[0].code')
        ) as name,
        named.row_number,
        named.file
    from named
)

select
    coded.source,
    patient_of.patient_id,
    lower(trim(coalesce(coded.listed, coded.name))) as agent,
    regexp_replace(coded.started, 'T.*$', '') as start_date,
    regexp_replace(coded.ended, 'T.*$', '') as end_date,
    case
        when outdated.row_number is not null then 'a drug whose record was updated since'
        when
            coded.status in (
                'entered-in-error', 'cancelled', 'not-done', 'not-taken', 'draft', 'planned', 'intended'
            )
            then 'a drug that was not given, or in error'
        when coded.listed is null and not coded.is_of_cancer then 'a drug that is none against the cancer'
    end as left_out,
    coded.row_number,
    coded.file
from coded
left join patient_of on coded.reference = patient_of.reference
left join outdated on coded.source = outdated.source and coded.row_number = outdated.row_number
