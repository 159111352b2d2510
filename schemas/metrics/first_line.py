"""Survival of the first line: without progression, and at all, of everyone who has one.

Not here: times of candidates (`times.py`), and what a pseudoprogression has to do with it (`status.py`).
"""

from __future__ import annotations

from schemas.metrics.bases import DEATH, FIRST_LINE
from schemas.metrics.record import Basis, Metric

CONTACT = DEATH | Basis(
    {
        "core.patients": ("last_contact_date",),
        FIRST_LINE: ("patient_id", "therapy_start_date"),
        "core.imaging_assessments": ("patient_id", "assessment_date"),
        "core.lab_results": ("patient_id", "specimen_date"),
        "core.therapy_lines": ("patient_id", "start_date"),
    },
    ("patients", "therapy_lines", "imaging_assessments", "lab_results"),
)
"""Death, and until when a patient is known to be alive."""

PROGRESSION = DEATH | Basis(
    {
        FIRST_LINE: (
            "patient_id",
            "therapy_start_date",
            "second_line_start_date",
            "progression_until",
            "expected_interval_days",
            "last_evaluated_date",
            "first_progression_date",
        )
    },
    ("patients", "therapy_lines", "imaging_assessments", "bone_lesions"),
)
"""The first explicit progression of a first line, death on it, and how long it was looked for."""

FIRST_LINE_SURVIVAL = (
    Metric(
        "progression_free_survival",
        "Median time from the start of line 1 to its first explicit progression or to death on it; censored "
        "at the last evaluable on-treatment assessment.",
        unit="days",
        basis=PROGRESSION,
        warnings=("interval_censored",),
        headlines=("all",),
        has_curve=True,
    ),
    Metric(
        "overall_survival",
        "Median time from the start of line 1 to death; censored at the last contact or record.",
        unit="days",
        basis=CONTACT,
        headlines=("all",),
        has_curve=True,
    ),
)
