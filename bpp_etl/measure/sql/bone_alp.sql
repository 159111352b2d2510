-- One row per candidate of one protocol, as of candidate.sql: changes of bone ALP, those of a mass in ug/L
-- and those of an activity in U/L apart. A missing number is NaN.
-- Which value counts for a day is as for total ALP (alp_day, alp_baseline, alp_course of the events), by the same
-- parameters; a test holds the two together.
with of_day as (
    select
        event.registry,
        event.patient_id,
        labs.unit,
        labs.specimen_date,
        any_value(event.therapy_start_date) as therapy_start_date,
        any_value(event.event_date) as event_date,
        any_value(event.progression_date) as progression_date,
        any_value(line.second_line_start_date) as second_line_start_date,
        median(labs.value) as value
    from event.pseudoprogression as event
    join event.first_line as line
        on line.registry = event.registry and line.patient_id = event.patient_id and line.protocol = event.protocol
    join core.lab_results as labs on labs.registry = event.registry and labs.patient_id = event.patient_id
    where event.protocol = $protocol and labs.analyte = 'ALP_BONE'
    group by event.registry, event.patient_id, labs.unit, labs.specimen_date
),

placed as (
    select
        registry,
        patient_id,
        unit,
        value,
        case
            when specimen_date <= therapy_start_date
                and specimen_date >= therapy_start_date - cast($alp_baseline_days as integer)
            then therapy_start_date - specimen_date
        end as baseline_order,
        case
            when abs(specimen_date - event_date) <= $alp_event_days
                and specimen_date <= coalesce(second_line_start_date, specimen_date)
            then 2 * abs(specimen_date - event_date) + cast(specimen_date > event_date as integer)
        end as event_order,
        case
            when abs(specimen_date - progression_date) <= $alp_event_days
                and specimen_date <= coalesce(second_line_start_date, specimen_date)
            then 2 * abs(specimen_date - progression_date) + cast(specimen_date > progression_date as integer)
        end as progression_order
    from of_day
),

nearest as (
    select
        registry,
        patient_id,
        unit,
        arg_min(value, baseline_order) as at_baseline,
        arg_min(value, event_order) as at_event,
        arg_min(value, progression_order) as at_progression
    from placed
    group by registry, patient_id, unit
)

select
    event.registry,
    event.patient_id,
    coalesce(mass.at_event - mass.at_baseline, 'nan') as bone_alp_event_minus_baseline,
    coalesce(mass.at_progression - mass.at_baseline, 'nan') as bone_alp_progression_minus_baseline,
    coalesce(activity.at_event - activity.at_baseline, 'nan') as bone_alp_activity_event_minus_baseline,
    coalesce(activity.at_progression - activity.at_baseline, 'nan') as bone_alp_activity_progression_minus_baseline
from event.pseudoprogression as event
left join nearest as mass
    on mass.registry = event.registry and mass.patient_id = event.patient_id and mass.unit = 'ug/L'
left join nearest as activity
    on activity.registry = event.registry and activity.patient_id = event.patient_id and activity.unit = 'U/L'
where event.protocol = $protocol
