-- One row per line of a patient who has no line 1.
select line.row_number
from core.therapy_lines as line
anti join core.therapy_lines as first on first.patient_id = line.patient_id and first.line_number = 1
