-- One row per way in which ids of refused rows differ from an admitted patient's, with the rows and the ids.
-- Where two digits are parted in one id and joined in the other they are alike; parted in two ways they are not.
with refused as (
    select
        trim(patient_id) as id,
        count(*) as refused_rows
    from quarantine.child
    where list_contains(broken_rules, 'unknown_patient')
        and trim(patient_id) not in (
            select trim(patient_id) from quarantine.patients where patient_id is not null
        )
    group by trim(patient_id)
),

told as (
    select
        id,
        refused_rows,
        false as is_patient
    from refused
    union all
    select
        patient_id,
        0,
        true
    from core.patients
),

-- Most ids are like none of another kind: what is cheap to compare leaves few for what is not.
plain as (
    select
        *,
        lower(nfc_normalize(id)) as lower_id,
        regexp_replace(lower_id, '[^\p{L}\p{N}]+|0+', '', 'g') as rough_id
    from told
),

rough as materialized (
    select *
    from plain
    qualify bool_or(is_patient) over (partition by rough_id)
        and bool_or(not is_patient) over (partition by rough_id)
),

bare as (
    select
        *,
        regexp_replace(lower_id, '[^\p{L}\p{N}]+', '', 'g') as joined_id,
        regexp_replace(lower_id, '(^|[^0-9])0+', '\1', 'g') as short_id
    from rough
),

folded as (
    select
        *,
        regexp_replace(short_id, '[^\p{L}\p{N}]+', '', 'g') as folded_id,
        trim(
            regexp_replace(
                regexp_replace(
                    regexp_replace(short_id, '[^\p{L}\p{N}]+', ' ', 'g'), '([^0-9 ]) ', '\1', 'g'
                ), ' ([^0-9])', '\1', 'g'
            )
        ) as parted_id
    from bare
),

found as (
    select
        child.id,
        child.refused_rows,
        min(
            case
                when child.lower_id = patient.lower_id then 1
                when child.joined_id = patient.joined_id then 2
                else 3
            end
        ) as way
    from folded as child
    join folded as patient
        on
            not child.is_patient
            and patient.is_patient
            and patient.folded_id = child.folded_id
            and (
                patient.parted_id = child.parted_id
                or patient.parted_id = patient.folded_id
                or child.parted_id = child.folded_id
            )
    where child.folded_id <> ''
    group by
        child.id,
        child.refused_rows
)

select
    case way
        when 1 then 'upper and lower case'
        when 2 then 'blanks or punctuation'
        else 'zeros before a number'
    end as difference,
    sum(refused_rows)::bigint as refused_rows,
    count(*) as ids
from found
group by way
order by way
