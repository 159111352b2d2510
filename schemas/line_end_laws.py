"""The laws of how a line of treatment ended: why, beside when, what followed, what became of the patient.

All flag: none decides what is right. Not here: the contract of the rows and their other laws
(`schemas/therapy_lines.py`), and the SELECTs that find the rows (`bpp_etl/gate/sql`).
"""

from __future__ import annotations

from schemas.examples import Example, Row
from schemas.laws import Law, SelectLaw

SEEN = "{delivery:-201}"

SHORTEST_CYCLE = 7
"""Days; a line whose cycles have no length lasts so many at least (`cycle_length_out_of_range`)."""

COUNTED_DAYS = 28
"""Days after the end of a line for which the default protocol counts a progression for it."""
NEXT_CT_DAYS = 84
"""Days after the end of a line within which the scan that was planned on it is made at the latest."""


def _ended_by(reason: str) -> Row:
    """Write a line 1 that ended on the last day that its patient was seen."""
    return {"line_number": "1", "end_reason": reason, "end_date": SEEN}


def _followed(after: int, **cells: str | None) -> tuple[Row, ...]:
    """Write a line 1, and a line 2 that starts so many days after it."""
    return (
        {"patient_id": "{own}", "line_number": "1", "start_date": "{delivery:-600}", **cells},
        {"patient_id": "{own}", "line_number": "2", "start_date": f"{{delivery:-{600 - after}}}"},
    )


def _split(bad: tuple[Row, ...], good: tuple[Row, ...], *, is_planted: bool = False) -> Example:
    return Example(bad=bad, good=good, breaks=(0,), is_planted=is_planted)


def _ended(on: int, reason: str | None = None, next_start: int | None = None) -> tuple[Row, ...]:
    """Write a line 1 that ended so many days before the delivery, and a line 2 if that has a start."""
    own = {"patient_id": "{own}"}
    line = {**own, "line_number": "1", "end_reason": reason, "end_date": f"{{delivery:-{on}}}"}
    if next_start is None:
        return (line,)
    return (line, {**own, "line_number": "2", "start_date": f"{{delivery:-{next_start}}}"})


def _progressed(
    bad: tuple[Row, ...], good: tuple[Row, ...], modality: str = "CT", *, is_planted: bool = False
) -> Example:
    """Write lines beside a progression that is seen 300 days before the delivery."""
    seen = {"assessment_id": "{scan} past", "assessment_date": "{delivery:-300}", "modality": modality}
    return Example(
        given={"imaging_assessments": ({**seen, "extraosseous_response": "PD"},)},
        bad=bad,
        good=good,
        breaks=(0,),
        is_planted=is_planted,
    )


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
    SelectLaw(
        "line_shorter_than_cycle",
        sentence="A line is given for a cycle before another follows it.",
        exactly="Broken by a line after whose start the next by number starts within less than "
        f"cycle_length_days, {SHORTEST_CYCLE} where there are none, though not on the same day; only of a "
        "line that is completed, or of whose end no reason is known.",
        severity="flag",
        category="plausibility",
        mend="Deliver drugs that are given together as one line, from the first of them on; or deliver why "
        "the line ended so soon.",
        among="coalesce(end_reason, 'unknown') in ('completed', 'unknown')",
        parameters={"shortest_cycle": SHORTEST_CYCLE},
        examples=(
            _split(
                _followed(27, cycle_length_days="28"), _followed(28, cycle_length_days="28"), is_planted=True
            ),
            _split(_followed(6, cycle_length_days=None), _followed(7, cycle_length_days=None)),
            _split(
                _followed(1, cycle_length_days="21", end_reason="completed"),
                _followed(1, cycle_length_days="21", end_reason="toxicity"),
            ),
            _split(
                _followed(14, cycle_length_days="21", end_reason="unknown"),
                _followed(14, cycle_length_days="21", end_reason="progression"),
            ),
        ),
        columns=("start_date", "cycle_length_days", "end_reason"),
    ),
    SelectLaw(
        "progression_past_line",
        sentence=f"Progression on a line is seen on it, or at most {COUNTED_DAYS} days after its end.",
        exactly="Broken by a line whose first explicit progression after its start, on a CT, PET_CT or MRI "
        f"that can be judged, lies more than {COUNTED_DAYS} and at most {NEXT_CT_DAYS} days after its end, "
        "and not after the start of the next by number; only of a line that ended for progression, or of "
        "whose end no reason is known. The default protocol does not count it for the line.",
        severity="flag",
        category="plausibility",
        mend="Deliver as the end the last day on that treatment: a cycle lasts beyond its last dose. Nothing "
        "to mend where the patient was off treatment.",
        among="end_date is not null and coalesce(end_reason, 'unknown') in ('progression', 'unknown')",
        needs=("imaging_assessments", "bone_lesions"),
        parameters={"counted_days": COUNTED_DAYS, "next_ct_days": NEXT_CT_DAYS},
        stands_on=("progression_scan",),
        examples=(
            _progressed(_ended(329), _ended(328), is_planted=True),
            _progressed(_ended(384), _ended(385), "MRI"),
            _progressed(_ended(335, "unknown"), _ended(335, "toxicity")),
            _progressed(_ended(335, next_start=300), _ended(335, next_start=301)),
        ),
        columns=("end_date", "end_reason"),
    ),
)
