"""The contract of `imaging_assessments` and the laws of its rows.

Not here: how its text is read (`bpp_etl/harmonise`) and what a broken rule leads to (`bpp_etl/gate`).
"""

from collections.abc import Mapping
from typing import Annotated

import polars as pl

from schemas.codes import EXTRAOSSEOUS_RESPONSE, MODALITY
from schemas.contract import Contract, delivered
from schemas.evaluable_laws import EVALUABLE_LAWS
from schemas.examples import Example, Row, example
from schemas.judging import flags_column, registry_column, row_number_column
from schemas.laws import SelectLaw, TimeLaw

MOST_COPIED_LESIONS = 3
"""So many lesions at most may be found alike on two days by chance."""

MOST_SCANS_WITH_PROGRESSION = 3
"""So many scans in a row at most show progression while the same line goes on."""

_READ = {
    "three": "larger stable stable",
    "four": "larger stable stable stable",
    "again": "larger stable stable stable",
    "other": "smaller stable stable stable",
    "still": "stable stable stable resolved",
    "still again": "stable stable stable resolved",
    "three again": "larger stable stable",
    "larger": "larger larger larger larger resolved",
    "larger again": "larger larger larger larger resolved",
}
"""What each scan reports of the same lesions, one after the other."""


def _scans(days: Mapping[str, int], **cells: str) -> tuple[Row, ...]:
    """Write scans of one patient on days before the delivery."""
    return tuple(
        {"assessment_id": f"{{scan}} {name}", "assessment_date": f"{{delivery:-{day}}}", **cells}
        for name, day in days.items()
    )


def _read(bad: tuple[Row, ...], good: tuple[Row, ...], *breaks: int, is_planted: bool = False) -> Example:
    """Write an example of scans, the same on both sides, beside the lesions that they report."""
    lesions = tuple(
        {"assessment_id": f"{{scan}} {name}", "lesion_id": f"{{scan}} {place}", "status": status}
        for name, statuses in _READ.items()
        if any(row["assessment_id"] == f"{{scan}} {name}" for row in bad)
        for place, status in enumerate(statuses.split())
    )
    return Example(given={"bone_lesions": lesions}, bad=bad, good=good, breaks=breaks, is_planted=is_planted)


def _course(*responses: str) -> tuple[Row, ...]:
    """Write a CT every fifty days with these responses."""
    return tuple(
        {
            "assessment_id": f"{{scan}} {number}",
            "assessment_date": f"{{delivery:-{600 - 50 * number}}}",
            "modality": "CT",
            "extraosseous_response": response,
        }
        for number, response in enumerate(responses, start=1)
    )


def _on_lines(*starts: int) -> Mapping[str, tuple[Row, ...]]:
    return {
        "therapy_lines": tuple(
            {"line_number": f"{number}", "start_date": f"{{delivery:-{day}}}"}
            for number, day in enumerate(starts, start=1)
        )
    }


class ImagingAssessments(Contract, key=("registry", "assessment_id")):
    """One row per imaging examination of a patient."""

    registry: pl.String = registry_column()
    assessment_id: pl.String = delivered("The registry's id of the examination.", required=True)
    patient_id: pl.String = delivered("The registry's pseudonym of the patient.", required=True)
    assessment_date: pl.Date = delivered("Day of the examination.", kind="date", required=True)
    modality: pl.String = delivered("How the images were made.", kind="code", codes=MODALITY, required=True)
    is_bone_window: pl.Boolean = delivered(
        "Whether the bone window was read; empty is unknown.", kind="boolean"
    )
    is_evaluable: pl.Boolean = delivered(
        "Whether the examination can be judged; empty is read as true.", kind="boolean", default="true"
    )
    extraosseous_response: pl.String = delivered(
        "Response outside bone at this examination; empty is none recorded.",
        kind="code",
        codes=EXTRAOSSEOUS_RESPONSE,
    )
    flags: Annotated[pl.List, pl.String] = flags_column()
    row_number: pl.Int64 = row_number_column()

    _laws = (
        TimeLaw(
            "assessment_after_death",
            sentence="No assessment is after the patient's death.",
            severity="refuse",
            category="plausibility",
            mend="Correct one of the dates.",
            column="assessment_date",
            order="at_or_before",
            other_table="patients",
            other_column="death_date",
            examples=(
                example(
                    {"patient_id": "{dead}", "assessment_date": "{death:+1}"},
                    {"patient_id": "{dead}", "assessment_date": "{death}"},
                    planted=True,
                ),
            ),
        ),
        TimeLaw(
            "assessment_before_birth",
            sentence="No assessment is before the patient's birth.",
            severity="refuse",
            category="plausibility",
            mend="Correct one of the dates.",
            column="assessment_date",
            order="at_or_after",
            other_table="patients",
            other_column="birth_date",
            examples=(
                example(
                    {"patient_id": "{dead}", "assessment_date": "{birth:-1}"},
                    {"patient_id": "{dead}", "assessment_date": "{birth}"},
                ),
                example({"assessment_date": "1901-01-01"}, {}, planted=True),
            ),
        ),
        SelectLaw(
            "same_day_copy",
            sentence="No examination is delivered again under another id.",
            exactly="Broken by each of several of one patient, day and modality that report the same bone "
            "lesions, at least one, to the letter, and the same response, bone window and evaluability.",
            severity="flag",
            category="conformance",
            mend="Deliver each examination once; parts of one that were read apart share no lesion.",
            stands_on=("assessment_finding",),
            examples=(
                _read(
                    _scans({"four": 300, "again": 300, "other": 258}, modality="CT"),
                    _scans({"four": 300, "other": 300, "again": 258}, modality="CT"),
                    *(0, 1),
                    is_planted=True,
                ),
                _read(
                    _scans({"still": 300, "still again": 300}, modality="CT"),
                    _scans({"still": 300}, modality="CT") + _scans({"still again": 300}, modality="PET_CT"),
                    *(0, 1),
                ),
                _read(
                    _scans({"three": 300, "three again": 300}, modality="CT", extraosseous_response="SD"),
                    _scans({"three": 300}, modality="CT", extraosseous_response="SD")
                    + _scans({"three again": 300}, modality="CT", extraosseous_response="PR"),
                    *(0, 1),
                ),
                _read(
                    _scans({"four": 300, "again": 300, "none": 258, "none either": 258}, modality="CT"),
                    _scans({"none": 300, "none either": 300, "four": 258, "again": 216}, modality="CT"),
                    *(0, 1),
                ),
            ),
            columns=("assessment_date", "modality"),
        ),
        SelectLaw(
            "copied_assessment",
            sentence="No examination repeats what one of another day found.",
            exactly=f"Broken by the later of two of a patient that report the same lesions, over "
            f"{MOST_COPIED_LESIONS}, to the letter, and the same response; some are new, larger or smaller, "
            "and not all that are not resolved alike. A picture that stays as it is is no copy.",
            severity="flag",
            category="plausibility",
            ordinary="Who compares every scan with the baseline may say the same of many.",
            mend="Check whether the earlier report was carried over.",
            parameters={"most_lesions": MOST_COPIED_LESIONS},
            stands_on=("assessment_finding",),
            examples=(
                _read(
                    _scans({"four": 300, "again": 258, "three": 216, "three again": 174}, modality="CT"),
                    _scans({"four": 300, "three": 216, "three again": 174}, modality="CT")
                    + _scans({"again": 258}, modality="CT", extraosseous_response="PR"),
                    1,
                    is_planted=True,
                ),
                _read(
                    _scans({"four": 300, "again": 258, "other": 216, "still": 174, "still again": 132}),
                    _scans({"four": 300, "again": 300, "other": 216, "still": 174, "still again": 132}),
                    1,
                ),
                _read(
                    _scans({"larger": 300, "larger again": 258, "four": 216, "again": 174}, modality="CT"),
                    _scans({"larger": 300, "larger again": 258, "four": 216}, modality="CT")
                    + _scans({"again": 174}, modality="CT", extraosseous_response="SD"),
                    3,
                ),
            ),
            columns=("assessment_date",),
        ),
        SelectLaw(
            "progression_everywhere",
            sentence="A line does not go on through progression after progression.",
            exactly=f"Broken by each scan of over {MOST_SCANS_WITH_PROGRESSION} time points in a row, on one "
            "line, that shows explicit progression; time points without a CT, PET_CT or MRI that can be "
            "judged are passed over.",
            severity="flag",
            category="plausibility",
            mend="Check whether PD was carried forward, or is the code for something else.",
            parameters={"most_scans": MOST_SCANS_WITH_PROGRESSION},
            stands_on=("progression_scan",),
            examples=(
                Example(
                    given=_on_lines(600),
                    bad=_course("PD", "PD", "PD", "PD"),
                    good=_course("PD", "PD", "SD", "PD", "PD"),
                    is_planted=True,
                ),
                Example(
                    given=_on_lines(550, 400),
                    bad=_course("PD", "PD", "PD", "SD", "PD", "PD", "PD", "PD"),
                    good=_course("PD", "PD", "PD", "PD", "PD", "PD", "PD"),
                    breaks=(4, 5, 6, 7),
                ),
            ),
            columns=("extraosseous_response",),
        ),
        SelectLaw(
            "same_day_scans_differ",
            sentence="Examinations of one day agree whether there is progression.",
            exactly="Broken by each that can be judged, of one patient, day and modality, where one response "
            "is PD and another is neither PD nor NE. The worst counts.",
            severity="flag",
            category="plausibility",
            mend="Deliver one response of a day: that of the reader whose word counts.",
            examples=(
                Example(
                    bad=_scans({"day": 300}, modality="CT", extraosseous_response="PD")
                    + _scans({"day again": 300}, modality="CT", extraosseous_response="SD"),
                    good=_scans({"day": 300}, modality="CT", extraosseous_response="PD")
                    + _scans({"day again": 300}, modality="CT", extraosseous_response="NE"),
                    is_planted=True,
                ),
                Example(
                    bad=_scans({"day": 300}, modality="CT", extraosseous_response="PD")
                    + _scans({"day again": 300}, modality="CT", extraosseous_response="CR"),
                    good=_scans({"day": 300}, modality="CT", extraosseous_response="PD")
                    + _scans({"day again": 300}, modality="MRI", extraosseous_response="CR"),
                ),
            ),
            columns=("assessment_date", "modality", "extraosseous_response"),
        ),
        *EVALUABLE_LAWS,
    )
