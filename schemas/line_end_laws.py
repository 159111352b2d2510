"""The laws of why a line of treatment ended, beside when it did and what became of the patient.

All flag: none decides what is right. Not here: the contract of the rows and their other laws
(`schemas/therapy_lines.py`), and the SELECTs that find the rows (`bpp_etl/gate/sql`).
"""

from __future__ import annotations

from schemas.examples import Example, Row
from schemas.laws import Law, SelectLaw

SEEN = "{delivery:-201}"


def _ended_by(reason: str) -> Row:
    """Write a line 1 that ended on the last day that its patient was seen."""
    return {"line_number": "1", "end_reason": reason, "end_date": SEEN}


LINE_END_LAWS: tuple[Law, ...] = (
    SelectLaw(
        "end_date_missing",
        sentence="A line that has a reason of its end has an end, or a line after it.",
        exactly="A reason that is unknown is none. The line goes on otherwise, and later CTs confirm on it.",
        severity="flag",
        category="completeness",
        mend="Deliver the last day on that treatment, or leave the reason empty while it goes on.",
        among="end_reason <> 'unknown'",
        examples=(
            Example(
                bad=({"patient_id": "{own}", "line_number": "1", "end_reason": "toxicity"},),
                good=({"patient_id": "{own}", "line_number": "1", "end_reason": "unknown"},),
                is_planted=True,
            ),
            Example(
                bad=(
                    {"patient_id": "{own}", "line_number": "2", "end_reason": "completed"},
                    {"patient_id": "{own}", "line_number": "1"},
                ),
                good=(
                    {"patient_id": "{own}", "line_number": "1", "end_reason": "completed"},
                    {"patient_id": "{own}", "line_number": "2"},
                ),
                breaks=(0,),
            ),
            Example(
                bad=({"patient_id": "{own}", "line_number": "1", "end_reason": "other"},),
                good=(
                    {
                        "patient_id": "{own}",
                        "line_number": "1",
                        "end_reason": "other",
                        "end_date": "{delivery:-1}",
                    },
                ),
            ),
        ),
        columns=("end_date", "end_reason"),
    ),
    SelectLaw(
        "death_not_recorded",
        sentence="Who has a line that ended by death has a date of death.",
        severity="flag",
        category="completeness",
        mend="Deliver death_date of the patient, or correct the reason.",
        among="end_reason = 'death'",
        needs=("patients",),
        examples=(
            Example(
                given={
                    "patients": (
                        {
                            "patient_id": "{own} died",
                            "death_date": "{delivery:-200}",
                            "last_contact_date": SEEN,
                        },
                        {"patient_id": "{own} lives", "last_contact_date": SEEN},
                    )
                },
                bad=({"patient_id": "{own} lives", **_ended_by("death")},),
                good=({"patient_id": "{own} died", **_ended_by("death")},),
                is_planted=True,
            ),
            Example(
                bad=({"patient_id": "{own}", **_ended_by("death")},),
                good=({"patient_id": "{own}", **_ended_by("other")},),
            ),
        ),
        columns=("end_reason",),
    ),
)
