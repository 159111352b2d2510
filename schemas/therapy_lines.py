"""The contract of `therapy_lines` and the laws of its rows.

Not here: why a line ended (`schemas/line_end_laws.py`), how regimens are spelt (`schemas/regimen_laws.py`),
how its text is read (`bpp_etl/harmonise`) and what a broken rule leads to (`bpp_etl/gate`).
"""

from typing import Annotated

import polars as pl

from schemas.bounds import at_least, between
from schemas.codes import END_REASON
from schemas.contract import Contract, delivered
from schemas.examples import Example, Row, example
from schemas.judging import at_or_before, flags_column, registry_column, row_number_column
from schemas.laws import RowLaw, SelectLaw, TextLaw, TimeLaw
from schemas.line_end_laws import LINE_END_LAWS
from schemas.regimen_laws import REGIMEN_LAWS

SEEN_WITHIN_DAYS = 60
"""A line that ended for progression is ended by one that imaging shows at most so many days off."""


def _of_one(*lines: Row) -> tuple[Row, ...]:
    """Write lines of a patient who has no others."""
    return tuple({"patient_id": "{own}", **line} for line in lines)


class TherapyLines(Contract, key=("registry", "patient_id", "line_number")):
    """One row per patient and line of systemic treatment."""

    registry: pl.String = registry_column()
    patient_id: pl.String = delivered("The registry's pseudonym of the patient.", required=True)
    line_number: pl.Int32 = delivered(
        "Line of systemic treatment for metastatic disease: 1, 2, ...", kind="integer", required=True
    )
    regimen: pl.String = delivered("Treatment as the registry names it.", required=True)
    start_date: pl.Date = delivered("First day of the line.", kind="date", required=True)
    end_date: pl.Date = delivered("Last day of the line; empty while it goes on.", kind="date")
    end_reason: pl.String = delivered(
        "Why the line ended; empty while it goes on, or where nobody wrote it down.",
        kind="code",
        codes=END_REASON,
    )
    cycle_length_days: pl.Int32 = delivered(
        "Length of one cycle.", kind="integer", unit="days", unreadable="cycle_length_unreadable"
    )
    flags: Annotated[pl.List, pl.String] = flags_column()
    row_number: pl.Int64 = row_number_column()

    _laws = (
        TextLaw(
            "cycle_length_unreadable",
            sentence="A cycle length is a whole number of days, where there is one.",
            exactly="One that cannot be read is empty: the line then has no CT schedule of its own.",
            severity="flag",
            category="conformance",
            mend="Deliver the days of one cycle as a whole number, or leave the cell empty.",
            examples=(
                example(
                    {"patient_id": "{own}", "line_number": "1", "cycle_length_days": "monthly"},
                    {"patient_id": "{own}", "line_number": "1", "cycle_length_days": "n/a"},
                    planted=True,
                ),
                example({"cycle_length_days": "21.5"}, {"cycle_length_days": "21.0"}),
            ),
        ),
        RowLaw(
            "end_before_start",
            sentence="A line does not end before it starts.",
            severity="refuse",
            category="plausibility",
            mend="Correct one of the dates.",
            holds=at_or_before("start_date", "end_date"),
            examples=(
                example(
                    {"start_date": "{delivery:-700}", "end_date": "{delivery:-701}"},
                    {"start_date": "{delivery:-700}", "end_date": "{delivery:-700}"},
                    planted=True,
                ),
            ),
        ),
        RowLaw(
            "line_number_invalid",
            sentence="A line number is 1 or more.",
            severity="refuse",
            category="conformance",
            mend="Number the lines from 1.",
            holds=at_least("line_number", 1),
            examples=(
                example({"line_number": "0"}, {"line_number": "1"}, planted=True),
                example({"line_number": "-1"}, {"line_number": "2"}),
            ),
        ),
        RowLaw(
            "cycle_length_out_of_range",
            sentence="A cycle lasts 7 to 84 days.",
            severity="refuse",
            category="plausibility",
            mend="Correct the length, or leave it empty.",
            holds=between("cycle_length_days", 7, 84),
            examples=(
                example({"cycle_length_days": "90"}, {"cycle_length_days": "28"}, planted=True),
                example({"cycle_length_days": "85"}, {"cycle_length_days": "84"}),
                example({"cycle_length_days": "6"}, {"cycle_length_days": "7"}),
            ),
        ),
        TimeLaw(
            "line_before_birth",
            sentence="No line starts before the patient's birth.",
            severity="refuse",
            category="plausibility",
            mend="Correct one of the dates.",
            column="start_date",
            order="at_or_after",
            other_table="patients",
            other_column="birth_date",
            examples=(
                Example(
                    given={"patients": ({"patient_id": "{own} born", "birth_date": "1960-01-01"},)},
                    bad=({"patient_id": "{own} born", "start_date": "1959-12-31"},),
                    good=({"patient_id": "{own} born", "start_date": "1960-01-01"},),
                    is_planted=True,
                ),
            ),
        ),
        TimeLaw(
            "line_after_death",
            sentence="No line starts after the patient's death.",
            severity="refuse",
            category="plausibility",
            mend="Correct one of the dates.",
            column="start_date",
            order="at_or_before",
            other_table="patients",
            other_column="death_date",
            examples=(
                Example(
                    given={
                        "patients": (
                            {
                                "patient_id": "{own} died",
                                "last_contact_date": "{delivery:-100}",
                                "death_date": "{delivery:-100}",
                            },
                        )
                    },
                    bad=({"patient_id": "{own} died", "start_date": "{delivery:-99}"},),
                    good=({"patient_id": "{own} died", "start_date": "{delivery:-100}"},),
                    is_planted=True,
                ),
            ),
        ),
        SelectLaw(
            "lines_out_of_order",
            sentence="A patient's lines start in the order of their numbers.",
            exactly="Every line of a patient breaks it of whom any line starts before the one that precedes "
            "it by number; two may start on one day.",
            severity="refuse",
            category="plausibility",
            mend="Correct the numbers or the dates.",
            columns=("line_number", "start_date"),
            examples=(
                Example(
                    bad=_of_one(
                        {"line_number": "1", "start_date": "{delivery:-600}"},
                        {"line_number": "2", "start_date": "{delivery:-601}"},
                    ),
                    good=_of_one(
                        {"line_number": "1", "start_date": "{delivery:-600}"},
                        {"line_number": "2", "start_date": "{delivery:-600}"},
                    ),
                    is_planted=True,
                ),
                Example(
                    bad=_of_one(
                        {"line_number": "1", "start_date": "{delivery:-600}"},
                        {"line_number": "2", "start_date": "{delivery:-500}"},
                        {"line_number": "4", "start_date": "{delivery:-501}"},
                    ),
                    good=_of_one(
                        {"line_number": "4", "start_date": "{delivery:-499}"},
                        {"line_number": "2", "start_date": "{delivery:-500}"},
                    ),
                ),
            ),
        ),
        SelectLaw(
            "line_overlap",
            sentence="A line does not start before the one before it has ended.",
            exactly="The line before by number among those delivered; it may end on the day the next starts, "
            "unless it started on it too. Without an end it overlaps one that starts on its own first day.",
            severity="flag",
            category="plausibility",
            mend="Correct the end of the line before: it is the last day on that treatment. Of two that "
            "start on one day, correct the start of one.",
            examples=(
                Example(
                    bad=_of_one(
                        {"line_number": "1", "end_date": "{delivery:-600}"},
                        {"line_number": "2", "start_date": "{delivery:-601}"},
                    ),
                    good=_of_one(
                        {"line_number": "1", "end_date": "{delivery:-600}"},
                        {"line_number": "2", "start_date": "{delivery:-600}"},
                    ),
                    breaks=(1,),
                    is_planted=True,
                ),
                Example(
                    bad=_of_one(
                        {"line_number": "1", "start_date": "{delivery:-600}"},
                        {"line_number": "2", "start_date": "{delivery:-600}"},
                    ),
                    good=_of_one(
                        {"line_number": "1", "start_date": "{delivery:-600}"},
                        {"line_number": "2", "start_date": "{delivery:-599}"},
                    ),
                    breaks=(1,),
                ),
            ),
            columns=("start_date", "end_date"),
        ),
        SelectLaw(
            "line_one_missing",
            sentence="Who has lines of treatment has a first one.",
            severity="flag",
            category="completeness",
            mend="Deliver line 1, or mend it where it was refused: there is no event without it.",
            examples=(
                Example(
                    bad=_of_one({"line_number": "2"}, {"line_number": "3", "start_date": "{delivery:-400}"}),
                    good=_of_one({"line_number": "1"}, {"line_number": "3", "start_date": "{delivery:-400}"}),
                    is_planted=True,
                ),
            ),
            columns=("line_number",),
        ),
        SelectLaw(
            "progression_without_imaging",
            sentence="A line that ended for progression is ended by one that imaging shows.",
            exactly=f"Explicit progression on a CT, PET_CT or MRI that can be judged, at most "
            f"{SEEN_WITHIN_DAYS} days before or after the end of the line, or else the start of the next; "
            "a line with neither is not judged.",
            severity="flag",
            category="plausibility",
            ordinary="Lines end for progression of symptoms too, or on scans that are not delivered.",
            mend="Check why the line ended, or deliver the image that showed it; rising markers alone are no "
            "progression here.",
            among="end_reason = 'progression'",
            needs=("imaging_assessments", "bone_lesions"),
            parameters={"seen_within_days": SEEN_WITHIN_DAYS},
            stands_on=("progression_scan",),
            examples=tuple(
                Example(
                    given={
                        "imaging_assessments": (
                            {
                                "assessment_id": "{scan} seen",
                                "assessment_date": "{delivery:-300}",
                                "modality": modality,
                                "extraosseous_response": "PD",
                            },
                        )
                    },
                    bad=_of_one(
                        {"line_number": "1", "end_reason": "progression", "end_date": f"{{delivery:{bad}}}"}
                    ),
                    good=_of_one(
                        {"line_number": "1", "end_reason": reason, "end_date": f"{{delivery:{good}}}"}
                    ),
                    is_planted=bad == -239,
                )
                for modality, bad, reason, good in (
                    ("CT", -239, "progression", -240),
                    ("MRI", -361, "progression", -360),
                    ("BONE_SCAN", -300, "toxicity", -300),
                )
            ),
            columns=("end_date", "end_reason"),
        ),
        *LINE_END_LAWS,
        *REGIMEN_LAWS,
    )
