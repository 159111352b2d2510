-- One row per laboratory result without an upper limit for which the registry declares one.
-- A laboratory's own comes before one of any laboratory; of each, the newest that holds on the day of the specimen.
-- A limit is in the harmonised unit: one of mass holds for no activity. Whose sex is not known has one for all or none.
with patient as (
    select
        patient_id,
        min(sex) as sex
    from core.patients
    group by patient_id
    having count(distinct sex) = 1
),

lacking as (
    select
        result.row_number,
        result.analyte,
        result.laboratory,
        result.specimen_date,
        unit.harmonised_unit,
        patient.sex,
        -- A day that is counted from a day zero which stands in is none on which a limit became valid.
        coalesce(list_contains(result.declared, $day_zero_mark), false) as is_on_no_day
    from parsed_lab_results as result
    join unit_spelling as spelling on spelling.unit_text = result.unit_text
    join alp_unit as unit on unit.analyte = result.analyte and unit.folded_unit = spelling.folded_unit
    left join patient on patient.patient_id = result.patient_id
    where result.upper_limit_normal is null
)

select
    lacking.row_number,
    stated_limit.upper_limit_normal,
    stated_limit.mark
from lacking
join stated_limit
    on
        stated_limit.analyte = lacking.analyte
        and stated_limit.harmonised_unit = lacking.harmonised_unit
        and (stated_limit.laboratory is null or stated_limit.laboratory = lacking.laboratory)
        and (stated_limit.sex is null or stated_limit.sex = lacking.sex)
        and (
            stated_limit.valid_from is null
            or (not lacking.is_on_no_day and stated_limit.valid_from <= lacking.specimen_date)
        )
qualify row_number() over (
    partition by lacking.row_number
    order by stated_limit.laboratory is not null desc, stated_limit.valid_from desc nulls last
) = 1
