-- One row per line that ended by death, of a patient without a date of death.
select line.row_number
from core.therapy_lines as line
join core.patients as patients on patients.patient_id = line.patient_id
where line.end_reason = 'death' and patients.death_date is null
