"""Defects of how a record was kept: the wrong line, the wrong day, the wrong analyte, somebody else's image.

Not here: those that whoever writes an export makes (`delivery_defects.py`), and cells of other patients
(`hostile_defects.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.mutations.changes import each, moved, recoded, says, scaled
from tests.mutations.defect import Against, DeliveryDefect, RowDefect
from tests.mutations.hostile_defects import Plant, of_the_next
from tests.mutations.record import OWNER, Course, Record, Row


def _with_line_one(course: Course) -> None:
    course.line(2)["start_date"] = course.line(1)["start_date"]


def _under_the_patient_before(course: Course) -> None:
    course.ct(3)["patient_id"] = f"{course.name[:-4]}{int(course.name[-4:]) - 1:04d}"


def _adjuvant(course: Course) -> None:
    line = course.line(1)
    for column in ("start_date", "end_date"):
        line[column] = line[column] and course.moved(line, column, -1500)


KEPT_ROWS = (
    RowDefect("line 2 starts on the day of line 1", "therapy_lines", "line_overlap", plant=_with_line_one),
    RowDefect(
        "a CT is filed under another patient",
        "bone_lesions",
        "lesion_of_another_patient",
        plant=_under_the_patient_before,
    ),
    RowDefect("line 1 is adjuvant, years before", "patients", "diagnosis_after_line", plant=_adjuvant),
)


def _ended_at_last_contact(record: Record) -> None:
    seen = {row[OWNER]: row["last_contact_date"] for row in record["patients"]}
    for row in record["therapy_lines"]:
        row["end_date"] = seen[row[OWNER]]


def _counted_from_adjuvant(row: Row) -> None:
    row["line_number"] = str(int(str(row["line_number"])) + 1)


def _seen_at_diagnosis(row: Row) -> None:
    row["last_contact_date"] = row["death_date"] or row["metastatic_diagnosis_date"]


def _limit_of_the_young(row: Row) -> None:
    if row["analyte"] == "ALP_TOTAL":
        row["upper_limit_normal"] = "390"


OTHER_ISH: dict[str | None, str | None] = {"negative": "positive", "positive": "negative"}

SEEN: Mapping[Against, Sequence[tuple[str, str, str, Plant]]] = {
    "nothing": (
        ("lines end at the last contact", "therapy_lines", "line_overlap", _ended_at_last_contact),
        (
            "lines are counted from the adjuvant one",
            "therapy_lines",
            "line_one_missing",
            each("therapy_lines", _counted_from_adjuvant),
        ),
        (
            "AST stands under the name of total ALP",
            "lab_results",
            "alp_scale_implausible",
            scaled("value", 0.28),
        ),
        (
            "the living were last seen at diagnosis",
            "patients",
            "contact_before_last_record",
            each("patients", _seen_at_diagnosis),
        ),
        (
            "every HER2 test is reported negative",
            "her2_tests",
            "her2_results_differ",
            says("her2_tests", reported_status="negative"),
        ),
        (
            "reported HER2 statuses are those of the next test",
            "her2_tests",
            "her2_results_differ",
            of_the_next("her2_tests", "reported_status"),
        ),
        (
            "regimens are those of the next patient",
            "therapy_lines",
            "drugs_against_receptors",
            of_the_next("therapy_lines", "regimen"),
        ),
        (
            "CTs stand on the day of their report, three days late",
            "imaging_assessments",
            "code_never_occurs",
            moved("imaging_assessments", "assessment_date", 3),
        ),
    ),
    "the delivery before": (
        ("sites are lost", "bone_lesions", "distribution_moved", says("bone_lesions", site="other")),
        (
            "bone windows are not recorded",
            "imaging_assessments",
            "distribution_moved",
            says("imaging_assessments", is_bone_window=None),
        ),
        (
            "limits are those of the young",
            "lab_results",
            "distribution_moved",
            each("lab_results", _limit_of_the_young),
        ),
        ("sexes are lost", "patients", "distribution_moved", says("patients", sex="unknown")),
        (
            "results of ISH are exchanged",
            "her2_tests",
            "distribution_moved",
            recoded("her2_tests", "ish_result", OTHER_ISH),
        ),
    ),
}

KEPT_DEFECTS = tuple(
    DeliveryDefect(wrong, table, rule, plant=plant, against=against)
    for against, defects in SEEN.items()
    for wrong, table, rule, plant in defects
)

KEPT_UNSEEN = tuple(
    DeliveryDefect(wrong, table, "", why_not, plant=plant)
    for wrong, table, why_not, plant in (
        (
            "receptors are those of the next patient",
            "patients",
            "Each is one that the patient could have; against the delivery before they are told.",
            of_the_next("patients", "er_status", "pr_status"),
        ),
    )
)
"""Defects of a first delivery that no rule can notice."""
