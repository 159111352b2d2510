-- One row per patient with a first line, under one protocol: state, and what was known on the day the line began.
-- A code is its place in the list that is passed in, and one after the last where it is missing; a number is NaN there.
-- Only `recorded_lines` grows with follow-up.
with described as (
    select
        line.registry,
        line.patient_id,
        flow.state,
        date_sub('year', patients.birth_date, line.therapy_start_date) as age_at_start,
        line.therapy_start_date - patients.metastatic_diagnosis_date as days_from_diagnosis,
        line.alp_baseline,
        line.baseline_lesion_count,
        patients.sex,
        patients.er_status,
        patients.pr_status,
        line.her2_status_at_start,
        case
            when line.cycle_length_days is null then null
            when list_contains($cycle_lengths, line.cycle_length_days || '_days')
            then line.cycle_length_days || '_days'
            else 'other'
        end as cycle_length,
        $line_counts[least(line.line_count, len($line_counts))] as recorded_lines
    from event.first_line as line
    join event.patient_flow as flow
        on flow.registry = line.registry and flow.patient_id = line.patient_id and flow.protocol = line.protocol
    join core.patients as patients
        on patients.registry = line.registry and patients.patient_id = line.patient_id
    where line.protocol = $protocol
)

select
    registry,
    patient_id,
    cast(coalesce(list_position($states, state), len($states) + 1) - 1 as tinyint) as state,
    coalesce(cast(age_at_start as double), 'nan') as age_at_start,
    coalesce(cast(days_from_diagnosis as double), 'nan') as days_from_diagnosis,
    coalesce(alp_baseline, 'nan') as alp,
    coalesce(cast(baseline_lesion_count as double), 'nan') as bone_lesions,
    cast(coalesce(list_position($sexes, sex), len($sexes) + 1) - 1 as tinyint) as sex,
    cast(coalesce(list_position($receptors, er_status), len($receptors) + 1) - 1 as tinyint) as er_status,
    cast(coalesce(list_position($receptors, pr_status), len($receptors) + 1) - 1 as tinyint) as pr_status,
    cast(coalesce(list_position($her2_codes, her2_status_at_start), len($her2_codes) + 1) - 1 as tinyint)
        as her2_status,
    cast(coalesce(list_position($cycle_lengths, cycle_length), len($cycle_lengths) + 1) - 1 as tinyint)
        as cycle_length,
    cast(coalesce(list_position($line_counts, recorded_lines), len($line_counts) + 1) - 1 as tinyint)
        as recorded_lines
from described
