-- One row per record of LB of a test that was done (LBSTAT). Every test passes: the gate counts those that are
-- not alkaline phosphatase as other analytes.
-- LBTESTCD ALP is total and ALPBS bone-specific alkaline phosphatase (CDISC controlled terminology,
-- LBTESTCD). In urine or any other specimen than blood ALP is another analyte.
-- Value, unit and upper limit come together from the original columns, or together from the standardised
-- ones, never mixed.
with results as (
    select
        lb.usubjid,
        lb.lbtestcd,
        upper(trim(lb.lbtestcd)) as test,
        coalesce(nullif(upper(trim(lb.lbspec)), ''), 'SERUM')
        in ('SERUM', 'PLASMA', 'BLOOD', 'SERUM OR PLASMA') as is_blood,
        nullif(trim(lb.lborres), '') is not null as has_original,
        calendar_day.day as specimen_day,
        lb.lborres,
        lb.lborresu,
        lb.lbornrhi,
        lb.lbstresc,
        lb.lbstresu,
        lb.lbstnrhi,
        lb.lbnam,
        lb.row_number,
        lb.file
    from lb
    left join calendar_day on lb.lbdtc = calendar_day.text
    where upper(trim(coalesce(lb.lbstat, ''))) <> 'NOT DONE'
)

select
    usubjid as patient_id,
    case
        when test = 'ALP' and is_blood then 'ALP_TOTAL'
        when test = 'ALPBS' and is_blood then 'ALP_BONE'
        else lbtestcd
    end as analyte,
    specimen_day as specimen_date,
    case when has_original then lborres else lbstresc end as value,
    case when has_original then lborresu else lbstresu end as unit,
    case when has_original then lbornrhi else lbstnrhi end as upper_limit_normal,
    lbnam as laboratory,
    row_number,
    file
from results
order by file, row_number
