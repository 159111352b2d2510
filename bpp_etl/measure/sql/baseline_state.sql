-- One row per patient with a first line, under one protocol: state and characteristics as numbers.
-- A code is its place in the list that is passed in, and one after the last where it is missing; a number is NaN there.
select
    cast(coalesce(list_position($states, flow.state), len($states) + 1) - 1 as tinyint) as state,
    coalesce(cast(baseline.age_at_start as double), 'nan') as age_at_start,
    coalesce(cast(baseline.days_from_diagnosis as double), 'nan') as days_from_diagnosis,
    coalesce(baseline.alp, 'nan') as alp,
    coalesce(cast(baseline.bone_lesions as double), 'nan') as bone_lesions,
    cast(coalesce(list_position($sexes, baseline.sex), len($sexes) + 1) - 1 as tinyint) as sex,
    cast(coalesce(list_position($receptors, baseline.er_status), len($receptors) + 1) - 1 as tinyint) as er_status,
    cast(coalesce(list_position($receptors, baseline.pr_status), len($receptors) + 1) - 1 as tinyint) as pr_status,
    cast(coalesce(list_position($her2_codes, baseline.her2_status), len($her2_codes) + 1) - 1 as tinyint)
        as her2_status,
    cast(coalesce(list_position($cycle_lengths, baseline.cycle_length), len($cycle_lengths) + 1) - 1 as tinyint)
        as cycle_length,
    cast(coalesce(list_position($line_counts, baseline.recorded_lines), len($line_counts) + 1) - 1 as tinyint)
        as recorded_lines
from event.patient_flow as flow
join baseline
    on baseline.registry = flow.registry and baseline.patient_id = flow.patient_id
where flow.protocol = $protocol and flow.left_at <> 'no_first_line'
order by flow.registry, flow.patient_id
