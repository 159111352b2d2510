"""What the examples of the laws of lesions stand on: a line, CTs on days that are boundaries, rows on them.

Not here: the examples, which stand with their laws (`schemas/lesion_laws.py`).
"""

from __future__ import annotations

from schemas.examples import Example, Row

GIVEN = {
    "therapy_lines": (
        {
            "patient_id": "{living}",
            "line_number": "1",
            "start_date": "{delivery:-400}",
            "end_date": "{delivery:-200}",
        },
    ),
    "imaging_assessments": tuple(
        {"assessment_id": f"{{scan}} {name}", "assessment_date": f"{{delivery:{day}}}", "modality": "CT"}
        for name, day in (
            ("early", -443),
            ("baseline", -442),
            ("start", -400),
            ("treated", -399),
            ("next", -357),
            ("last", -200),
            ("after", -199),
            ("later", -150),
        )
    ),
}
"""Line 1 of the patient, a CT on each day that is a boundary of one of these laws, and a later one."""


def seen(scan: str, lesion: str = "A", **cells: str) -> Row:
    """Write a row of a lesion on one of the CTs."""
    return {"assessment_id": f"{{scan}} {scan}", "lesion_id": f"{{scan}} {lesion}", "site": "rib", **cells}


def history(bad: tuple[Row, ...], good: tuple[Row, ...], *, is_planted: bool = False) -> Example:
    """Make an example of two rows each, of which the second breaks the law."""
    return Example(bad=bad, good=good, breaks=(1,), given=GIVEN, is_planted=is_planted)


def alone(bad: Row, good: Row, *, is_planted: bool = False) -> Example:
    """Make an example of one row each."""
    return Example(bad=(bad,), good=(good,), given=GIVEN, is_planted=is_planted)
