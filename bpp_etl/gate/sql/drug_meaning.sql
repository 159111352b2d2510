-- One row per delivered drug, with what it is to the lines of therapy; only those of a line make any.
-- An end that lies after the delivery is planned, and not known; a drug that cannot be read makes no line.
with known as (
    select
        raw.row_number,
        typed.patient_id,
        typed.agent,
        typed.start_date,
        typed.declared,
        patients.patient_id is not null as is_of_a_patient,
        patients.metastatic_diagnosis_date,
        coalesce(list_contains(typed.declared, $day_zero_mark), false) as is_on_no_day,
        typed.row_number is not null and not coalesce(list_has_any(typed.problems, $refusing), false) as is_read,
        lower(regexp_replace(trim(typed.agent), '\s+', ' ', 'g')) as folded_agent,
        case
            when
                typed.end_date <= $delivery_date
                or coalesce(list_contains(typed.declared, $day_zero_mark), false)
                then typed.end_date
        end as end_date
    from raw.drug_exposures as raw
    left join typed_drug as typed on typed.row_number = raw.row_number
    left join core.patients as patients on patients.patient_id = typed.patient_id
)

select
    row_number,
    patient_id,
    agent,
    start_date,
    end_date,
    declared,
    case
        when not is_read or start_date is null or (start_date > $delivery_date and not is_on_no_day)
            or end_date < start_date
            then 'a drug that cannot be read'
        when not is_of_a_patient then 'a drug of no admitted patient'
        when list_contains($ignored, folded_agent) then 'a drug that is not counted'
        when $from_diagnosis and metastatic_diagnosis_date is null
            then 'a drug without a day of metastatic diagnosis'
        when $from_diagnosis and start_date < metastatic_diagnosis_date
            then 'a drug from before the metastatic diagnosis'
        else $of_a_line
    end as meaning
from known
