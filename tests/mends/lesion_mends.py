"""Mends of one patient's bone lesions: rule by rule, what the text says, done.

Not here: other tables (`row_mends.py`, `laboratory_mends.py`).
"""

from __future__ import annotations

from tests.mends.mend import InCourse, of_row
from tests.mends.row_mends import corrected
from tests.mutations.record import Course, Row
from tests.mutations.row_defects import drop


def _lesion(visit: int, which: str, **cells: str | None) -> InCourse:
    return lambda course, _: course.lesion(visit, which).update(cells)


def _other_from(course: Course) -> list[Row]:
    return [row for row in course.of("bone_lesions") if row["lesion_id"] == f"{course.name}-other"]


def _earlier_rows(course: Course, _: Course) -> None:
    (row,) = _other_from(course)
    for visit in range(4):
        cells = {"status": "stable" if visit else "baseline", "lysis_change": None if not visit else "none"}
        course.add("bone_lesions", row, assessment_id=course.ct(visit)["assessment_id"], **cells)


def _called_new(course: Course, _: Course) -> None:
    _other_from(course)[0]["status"] = "new"


def _of_its_own(visit: int, which: str) -> InCourse:
    # It was not there before, so it is called new as well.
    return lambda course, _: course.lesion(visit, which).update(
        lesion_id=f"{course.name}-own", status="new", lysis_change=None
    )


def _out_of_view(course: Course, _: Course) -> None:
    drop(course, "bone_lesions", course.lesion(3, "dense"))


LESION_MENDS = (
    *(
        of_row(
            "a lesion is new that was there before",
            "Call it stable, larger or smaller.",
            _lesion(4, "dense", status=status),
        )
        for status in ("stable", "larger", "smaller")
    ),
    of_row(
        "a lytic lesion that turned dense is called new",
        "a lytic lesion that turns dense is healing, not a new lesion.",
        _lesion(3, "lytic", status="stable", lysis_change="decreased"),
        leaves=("morphology_changes",),
    ),
    of_row(
        "a new lesion lies in a bone with a known mixed one",
        "Compare with the images before",
        lambda c, _: drop(c, "bone_lesions", _other_from(c)[0]),
    ),
    of_row(
        "a stable lesion was never reported before",
        "Deliver the lesion's earlier rows under the same id",
        _earlier_rows,
    ),
    of_row("a stable lesion was never reported before", "or call it new.", _called_new),
    of_row(
        "a lesion is new at baseline",
        "Give it the status baseline",
        _lesion(0, "dense", status="baseline"),
    ),
    *(
        of_row(
            "a lesion is baseline on treatment",
            "Compare the lesion with the images before treatment: new, stable, larger, smaller or resolved.",
            _lesion(2, "dense", status=status),
        )
        for status in ("stable", "larger", "smaller")
    ),
    of_row(
        "a resolved lesion is back",
        "Check both reports",
        _lesion(3, "dense", status="stable"),
    ),
    of_row("a resolved lesion is back", "a lesion out of view is not resolved.", _out_of_view),
    of_row(
        "a resolved lesion has more lysis",
        "Correct status or lysis_change",
        _lesion(6, "lytic", status="larger"),
    ),
    of_row(
        "a resolved lesion has more lysis",
        "Correct status or lysis_change",
        _lesion(6, "lytic", lysis_change="decreased"),
    ),
    of_row(
        "a dense lesion has more lysis",
        "Correct the build where a part of the lesion is lytic: it is then mixed or osteolytic;",
        _lesion(3, "dense", morphology="mixed"),
    ),
    of_row(
        "a dense lesion has more lysis",
        "else correct lysis_change",
        _lesion(3, "dense", lysis_change="none"),
    ),
    of_row("a lesion moves to another bone", "Correct the bone", corrected("bone_lesions", "site")),
    of_row(
        "a lesion moves to another bone", "or give another lesion an id of its own.", _of_its_own(4, "dense")
    ),
    of_row("a dense lesion turns lytic", "Correct the build", corrected("bone_lesions", "morphology")),
    of_row("a dense lesion turns lytic", "or give another lesion an id of its own.", _of_its_own(5, "dense")),
    of_row(
        "a lesion's id is another patient's",
        "Check to which patient the examination belongs.",
        corrected("bone_lesions", "lesion_id"),
    ),
)
