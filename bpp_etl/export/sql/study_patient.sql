-- One row per admitted patient: the id in the study, and the day from which days are counted (empty: none is known).
select
    subject.registry,
    subject.patient_id,
    subject.subject_id,
    coalesce(line.start_date, patients.metastatic_diagnosis_date) as day_zero,
    case
        when line.start_date is not null then 'start of line 1'
        when patients.metastatic_diagnosis_date is not null then 'metastatic diagnosis'
    end as day_zero_is
from subject
join core.patients as patients
    on patients.registry = subject.registry and patients.patient_id = subject.patient_id
left join core.therapy_lines as line
    on line.registry = subject.registry and line.patient_id = subject.patient_id and line.line_number = 1
