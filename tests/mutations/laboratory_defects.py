"""Defects of one patient's ALP and HER2: values, units, limits, days.

Not here: other tables (`row_defects.py`), and scales of a whole delivery (`delivery_defects.py`).
"""

from __future__ import annotations

from collections.abc import Callable

from tests.mutations.defect import RowDefect
from tests.mutations.record import Course, Row
from tests.mutations.row_defects import FUTURE, drop, says


def alp(visit: int) -> Callable[[Course], Row]:
    """Take a total ALP."""
    return lambda course: course.alp(visit)


def her2(course: Course) -> Row:
    """Take the HER2 test."""
    return course.of("her2_tests")[0]


def _times(course: Course, factor: float, visits: range, column: str = "value") -> None:
    for visit in visits:
        row = course.alp(visit)
        row[column] = f"{float(str(row[column])) * factor:.4g}"


def _exchanged(course: Course) -> None:
    course.alp(3)["value"] = "1500"
    row = course.alp(3)
    row["value"], row["upper_limit_normal"] = row["upper_limit_normal"], row["value"]


def _constant(course: Course) -> None:
    for visit in range(1, 6):
        course.alp(visit)["value"] = "88"


def _of_another(course: Course) -> None:
    """Give the patient the days and values of the first one."""
    other = Course(course.record, "MUT-0000")
    course.person["last_contact_date"] = "2026-06-01"
    course.person["death_date"] = None
    for visit in range(7):
        course.alp(visit).update(
            specimen_date=other.alp(visit)["specimen_date"], value=other.alp(visit)["value"]
        )


def _bone_as_total(course: Course) -> None:
    for visit in range(7):
        course.alp(visit)["value"] = course.alp(visit, "ALP_BONE")["value"]


def _interchanged(course: Course) -> None:
    total, bone = course.alp(2), course.alp(2, "ALP_BONE")
    bone.update(analyte="ALP_TOTAL", value="40", unit="U/L", upper_limit_normal=None)
    total["analyte"] = "ALP_BONE"


def _other_unit(course: Course) -> None:
    for visit in range(4, 7):
        course.alp(visit).update(unit="ukat/L", upper_limit_normal=None)


def _dies_before_last_specimen(course: Course) -> None:
    on = course.moved(course.alp(6), "specimen_date", -1)
    course.person.update(death_date=on, last_contact_date=on)


def _dies_before_test(course: Course) -> None:
    on = course.moved(her2(course), "test_date", 5)
    course.person.update(death_date=on, last_contact_date=on, metastatic_diagnosis_date=None)
    her2(course)["test_date"] = course.moved(her2(course), "test_date", 6)


def _tested_late(course: Course) -> None:
    her2(course)["test_date"] = course.moved(course.person, "last_contact_date", 31)
    course.person.update(death_date=None)


LAB_RESULTS = (
    ("a value is negative", "value_not_positive", says(alp(2), value="-88")),
    ("a value is 0", "value_not_positive", says(alp(2), value="0")),
    ("a value is beyond life", "value_implausible", says(alp(2), value="25000")),
    ("a value is a bound", "value_is_censored", says(alp(2), value="<5")),
    ("a value is a word", "number_invalid", says(alp(2), value="normal")),
    ("a value is empty", "required_value_missing", says(alp(2), value=None)),
    ("a unit is empty", "unit_missing", says(alp(2), unit=None)),
    ("a unit is one of mass", "unit_not_convertible", says(alp(2), unit="mg/dL")),
    (
        "a multiple of the limit has no limit",
        "unit_not_convertible",
        says(alp(2), unit="xULN", value="1.1", upper_limit_normal=None),
    ),
    ("one result is in ukat/L under U/L", "unit_suspect", lambda c: _times(c, 1 / 60, range(3, 4))),
    (
        "a patient's results are all in ukat/L under U/L",
        "unit_suspect",
        lambda c: _times(c, 1 / 60, range(7)),
    ),
    ("a result and its limit are exchanged", "alp_against_limit", _exchanged),
    (
        "a limit is in ukat/L beside a value in U/L",
        "alp_against_limit",
        says(alp(2), upper_limit_normal="1.75"),
    ),
    ("a value is over a hundred times its limit", "alp_against_limit", says(alp(2), value="12000")),
    ("a decimal point slipped to the right", "alp_jump", lambda c: _times(c, 25, range(3, 4))),
    ("a decimal point slipped to the left", "alp_jump", lambda c: _times(c, 1 / 25, range(3, 4))),
    ("the first result is a code for a missing one", "alp_jump", says(alp(0), value="9999")),
    ("a series is one value copied down", "alp_series_constant", _constant),
    ("a series is another patient's", "alp_series_shared", _of_another),
    ("bone ALP stands under total ALP", "total_alp_low_for_total", _bone_as_total),
    (
        "one specimen has two far results",
        "same_day_contradiction",
        lambda c: c.add("lab_results", c.alp(2), value="410"),
    ),
    ("bone and total ALP of a day are interchanged", "bone_alp_above_total", _interchanged),
    (
        "a bone ALP in ug/L stands under U/L",
        "bone_alp_above_total",
        lambda c: c.alp(2, "ALP_BONE").update(value="400", unit="U/L"),
    ),
    ("a specimen lies after death", "specimen_after_death", _dies_before_last_specimen),
    ("a specimen lies before birth", "specimen_before_birth", says(alp(2), specimen_date="1931-01-01")),
    ("a specimen lies in the future", "date_in_future", says(alp(2), specimen_date=FUTURE)),
    ("a specimen's patient is unknown", "unknown_patient", says(alp(2), patient_id="MUT-lost")),
    ("a result carries its laboratory's mark", "mark_dropped", says(alp(2), value="110 H")),
    ("one limit is the lower one", "upper_limit_changes_back", says(alp(3), upper_limit_normal="35")),
    ("one limit is that of men", "upper_limit_changes_back", says(alp(3), upper_limit_normal="129")),
    ("the unit is another from a visit on and the numbers are not", "scale_changes_with_unit", _other_unit),
    ("a result in U/L stands under nkat/L", "scale_changes_with_unit", says(alp(3), unit="nkat/L")),
    ("a limit is a range", "upper_limit_from_range", says(alp(2), upper_limit_normal="35-105")),
    ("a limit is 0", "limit_not_positive", says(alp(2), upper_limit_normal="0")),
    ("a limit is a word", "upper_limit_unreadable", says(alp(2), upper_limit_normal="see report")),
    ("a result stands twice", "duplicate_row", lambda c: c.add("lab_results", c.alp(2))),
)

HER2_TESTS = (
    ("a score is beyond the scale", "code_unknown", says(her2, ihc_score="4+")),
    ("an ISH result is a word", "code_unknown", says(her2, ish_result="amplified")),
    ("a ratio is beyond life", "ratio_out_of_range", says(her2, her2_cep17_ratio="60")),
    ("a copy number is negative", "copy_number_out_of_range", says(her2, her2_copy_number="-1")),
    ("a copy number is a code for unknown", "number_is_a_code", says(her2, her2_copy_number="999")),
    ("a ratio carries a mark", "mark_dropped", says(her2, her2_cep17_ratio="1.4 *")),
    ("a ratio is a word", "ratio_unreadable", says(her2, her2_cep17_ratio="not amplified")),
    ("a copy number is a word", "copy_number_unreadable", says(her2, her2_copy_number="low")),
    ("a test lies before birth", "test_before_birth", says(her2, test_date="1930-01-01")),
    ("a test lies after death", "test_after_death", _dies_before_test),
    ("a test lies long after the last contact", "test_after_contact", _tested_late),
    ("a test has no day", "required_value_missing", says(her2, test_date=None)),
    ("a test's patient is unknown", "unknown_patient", says(her2, patient_id="MUT-lost")),
)

_UNSEEN = "Both are values that the patient could have; nothing else in the rows speaks of them."

UNSEEN = (
    RowDefect(
        "two results of a patient are exchanged",
        "lab_results",
        "",
        why_not=_UNSEEN,
        plant=lambda c: c.alp(2).update(value=c.alp(4)["value"]),
    ),
    RowDefect(
        "a response is another that is possible",
        "imaging_assessments",
        "",
        why_not="SD for NON_CR_NON_PD changes no state, and a single one no distribution.",
        plant=lambda c: c.ct(3).update(extraosseous_response="NON_CR_NON_PD"),
    ),
    RowDefect(
        "a bone scan is called CT",
        "imaging_assessments",
        "",
        why_not="A CT may have neither bone window nor response recorded; a call that it is part of says so.",
        plant=lambda c: c.ct(3).update(is_bone_window=None, extraosseous_response=None),
    ),
    RowDefect(
        "a stable lesion is left out of one CT",
        "bone_lesions",
        "",
        why_not="Registries may list changed lesions only, so a lesion that is not listed is not gone.",
        plant=lambda c: drop(c, "bone_lesions", c.lesion(3, "mixed")),
    ),
)
"""Defects that no rule can notice, so that nobody takes the gate for what it is not."""

LABORATORY_DEFECTS = tuple(
    RowDefect(wrong, table, rule, plant=plant)
    for table, defects in (("lab_results", LAB_RESULTS), ("her2_tests", HER2_TESTS))
    for wrong, rule, plant in defects
)
