-- One row per admitted patient.
select
    $study as studyid,
    subject.subject_id as usubjid,
    patients.patient_id as subjid,
    patients.registry as siteid,
    case when not $without_age then date_sub('year', patients.birth_date, line.therapy_start_date) end as age,
    case when not $without_age and date_sub('year', patients.birth_date, line.therapy_start_date) is not null
        then 'YEARS' end as ageu,
    case patients.sex when 'female' then 'F' when 'male' then 'M' else 'U' end as sex,
    therapy.regimen as arm,
    patients.metastatic_diagnosis_date as metdt,
    patients.er_status as erstat,
    patients.pr_status as prstat,
    line.her2_status_at_start as her2st,
    line.alp_baseline as alpbl,
    line.therapy_start_date as trtsdt,
    line.line_stop_date as trtedt,
    line.last_evaluated_date as lstevldt,
    ended.contact_date as lstalvdt,
    patients.death_date as dthdt,
    case when is_dead(patients.death_date, patients.flags) then 'Y' else 'N' end as dthfl,
    flow.left_at as leftat,
    flow.state as bppstate,
    array_to_string(patients.flags, ', ') as flags
from core.patients as patients
join subject on subject.registry = patients.registry and subject.patient_id = patients.patient_id
left join event.patient_flow as flow
    on flow.registry = patients.registry and flow.patient_id = patients.patient_id and flow.protocol = $protocol
left join event.first_line as line
    on line.registry = patients.registry and line.patient_id = patients.patient_id and line.protocol = $protocol
left join first_line_end as ended
    on ended.registry = patients.registry and ended.patient_id = patients.patient_id
left join core.therapy_lines as therapy
    on line.patient_id is not null
    and therapy.registry = patients.registry
    and therapy.patient_id = patients.patient_id
    and therapy.line_number = 1
order by usubjid
