-- One row per variable that the export tells by labels: some value of it is a label, and no code.
select distinct target.variable
from data
inner join target on target.field = data.field and target.ticked is null
inner join choice as by_label on by_label.variable = target.variable and by_label.label = trim(data.value)
where not exists (
    from choice as by_code
    where by_code.variable = target.variable and by_code.code = trim(data.value)
)
