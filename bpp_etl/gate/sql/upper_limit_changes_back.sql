-- One row per result whose upper limit lies between two that agree, of one patient, analyte, unit and laboratory.
-- Series are told by hashes at first, which are quick; only those with limits that differ are looked at in their order.
-- A billionth of room: 1.05 times 100 is not whole in binary.
with suspected as (
    select hash(patient_id, analyte, unit, laboratory) as series_hash
    from core.lab_results
    where upper_limit_normal is not null and laboratory is not null
    group by series_hash
    having count(*) > 2 and max(upper_limit_normal) > (1 + 1e-9) * $most_times_alike * min(upper_limit_normal)
),

placed as (
    select
        labs.row_number,
        labs.patient_id,
        labs.analyte,
        labs.unit,
        labs.laboratory,
        labs.upper_limit_normal as upper_limit,
        row_number() over by_day as place,
        lag(labs.upper_limit_normal) over by_day as limit_before
    from core.lab_results as labs
    semi join suspected
        on suspected.series_hash = hash(labs.patient_id, labs.analyte, labs.unit, labs.laboratory)
    where labs.upper_limit_normal is not null and labs.laboratory is not null
    window by_day as (
        partition by labs.patient_id, labs.analyte, labs.unit, labs.laboratory
        order by labs.specimen_date, labs.upper_limit_normal, labs.row_number
    )
),

-- Results in a row whose limits agree are one stretch.
stretched as (
    select
        row_number,
        patient_id,
        analyte,
        unit,
        laboratory,
        upper_limit,
        place,
        sum(
            cast(
                greatest(upper_limit, limit_before)
                > (1 + 1e-9) * $most_times_alike * least(upper_limit, limit_before) as integer
            )
        ) over (
            partition by patient_id, analyte, unit, laboratory
            order by place
        ) as stretch
    from placed
),

stretch_limit as (
    select
        patient_id,
        analyte,
        unit,
        laboratory,
        stretch,
        arg_min(upper_limit, place) as upper_limit
    from stretched
    group by patient_id, analyte, unit, laboratory, stretch
),

between_two as (
    select
        patient_id,
        analyte,
        unit,
        laboratory,
        stretch
    from stretch_limit
    window series as (partition by patient_id, analyte, unit, laboratory order by stretch)
    qualify
        lag(upper_limit) over series <= (1 + 1e-9) * $most_times_alike * lead(upper_limit) over series
        and lead(upper_limit) over series <= (1 + 1e-9) * $most_times_alike * lag(upper_limit) over series
)

select stretched.row_number
from stretched
join between_two as doubtful
    on doubtful.patient_id = stretched.patient_id
    and doubtful.analyte = stretched.analyte
    and doubtful.unit = stretched.unit
    and doubtful.laboratory = stretched.laboratory
    and doubtful.stretch = stretched.stretch
