"""Mends of one patient's ALP and HER2: rule by rule, what the text says, done.

Not here: other tables (`row_mends.py`), and lines of registry.toml (`stated_mends.py`).
"""

from __future__ import annotations

from tests.mends.mend import InCourse, of_row
from tests.mends.row_mends import DEATH, ONE_OF_THE_DATES, both, corrected, without_added
from tests.mutations.laboratory_defects import her2
from tests.mutations.record import TABLES, Course
from tests.mutations.row_defects import drop


def _alp(visit: int, **cells: str | None) -> InCourse:
    return lambda course, _: course.alp(visit).update(cells)


def _her2(**cells: str | None) -> InCourse:
    return lambda course, _: her2(course).update(cells)


def _in_microkatal(visits: range) -> InCourse:
    # The laboratory reports value and limit in one unit.
    return lambda course, _: [
        course.alp(visit).update(unit="ukat/L", upper_limit_normal="1.75") for visit in visits
    ]


def _total_is_bone(course: Course, _: Course) -> None:
    for row in course.of("lab_results"):
        if row["analyte"] == "ALP_BONE":
            drop(course, "lab_results", row)
    for row in course.of("lab_results"):
        row.update(analyte="ALP_BONE", upper_limit_normal="21")


def _each_value_once(course: Course, _: Course) -> None:
    for visit in range(5, 1, -1):
        drop(course, "lab_results", course.alp(visit))


def _exchanged_back(course: Course, _: Course) -> None:
    row = course.alp(3)
    row["value"], row["upper_limit_normal"] = row["upper_limit_normal"], row["value"]


WITH_ITS_COPY_NUMBER = _her2(her2_cep17_ratio="1.2", her2_copy_number="3.1")
VALUES = corrected("lab_results", "value")

LAB_RESULTS = (
    of_row("a value is negative", "Correct the value.", VALUES),
    of_row("a value is beyond life", "Correct the value", VALUES),
    of_row(
        "a value is beyond life",
        "or its unit.",
        _alp(2, unit="nkat/L", upper_limit_normal="1750"),
        # It is 1,500 U/L then, and says so beside the others.
        leaves=("alp_jump", "scale_changes_with_unit"),
    ),
    of_row(
        "a value is a bound",
        "Nothing to mend where the laboratory reports a bound; such a result is not used.",
        lambda *_: None,
        leaves=("value_is_censored",),
    ),
    of_row("a value is a word", "Deliver plain numbers", VALUES),
    of_row("a limit is 0", "Correct the limit", _alp(2, upper_limit_normal="105")),
    of_row("a limit is 0", "or leave it empty.", _alp(2, upper_limit_normal=None)),
    of_row(
        "a limit is a word",
        "Deliver the upper limit as a plain number",
        _alp(2, upper_limit_normal="105"),
    ),
    of_row("a limit is a word", "or leave it empty.", _alp(2, upper_limit_normal=None)),
    of_row(
        "a limit is a range",
        "Nothing to mend where it is the reference interval;",
        lambda *_: None,
        leaves=("upper_limit_from_range",),
    ),
    of_row("a limit is a range", "else deliver its upper end alone.", _alp(2, upper_limit_normal="105")),
    of_row("a unit is empty", "Deliver the unit;", _alp(2, unit="U/L")),
    of_row("a unit is one of mass", "or deliver another unit.", _alp(2, unit="U/L")),
    of_row(
        "bone and total ALP of a day are interchanged",
        "Check the analytes, which may be interchanged,",
        corrected("lab_results", "analyte", "value", "unit", "upper_limit_normal"),
    ),
    of_row(
        "a bone ALP in ug/L stands under U/L",
        "and whether the bone ALP is in ug/L.",
        corrected("lab_results", "unit", "value"),
    ),
    of_row("a specimen lies after death", ONE_OF_THE_DATES, corrected("patients", *DEATH)),
    of_row("a specimen lies before birth", ONE_OF_THE_DATES, corrected("lab_results", "specimen_date")),
    of_row(
        "one result is in ukat/L under U/L", "Check the unit at the laboratory.", _in_microkatal(range(3, 4))
    ),
    of_row(
        "a patient's results are all in ukat/L under U/L",
        "Check the unit at the laboratory.",
        _in_microkatal(range(7)),
    ),
    of_row(
        "a result and its limit are exchanged",
        "Check whether value and limit are exchanged",
        _exchanged_back,
        # The value that stood for the limit is fourteen times it, and says so in its own place.
        leaves=("alp_jump",),
    ),
    of_row(
        "a limit is in ukat/L beside a value in U/L",
        "or the limit is of another unit or analyte.",
        _alp(2, upper_limit_normal="105"),
    ),
    of_row("a decimal point slipped to the right", "Check the decimal mark", VALUES),
    of_row(
        "a decimal point slipped to the left",
        "and whether the specimen is the patient's.",
        lambda c, _: drop(c, "lab_results", c.alp(3)),
    ),
    of_row(
        "one limit is the lower one",
        "Check the limit at the laboratory: it may be the lower one",
        _alp(3, upper_limit_normal="105"),
    ),
    of_row("one limit is that of men", "that of the other sex", _alp(3, upper_limit_normal="105")),
    of_row("one limit is that of men", "or of another method or laboratory.", _alp(3, laboratory="East")),
    of_row(
        "the unit is another from a visit on and the numbers are not",
        "Check the unit at the laboratory: the number may be one of the unit before.",
        corrected("lab_results", "unit"),
    ),
    of_row(
        "a series is one value copied down", "Check whether one result was carried forward.", _each_value_once
    ),
    of_row(
        "a series is another patient's",
        "or results were filed under the wrong one.",
        corrected("lab_results", "value", "specimen_date"),
    ),
    of_row(
        "a series is another patient's",
        "Check whether it is one patient under two ids",
        lambda c, _: [drop(c, table, row) for table in TABLES for row in c.of(table)],
    ),
    of_row(
        "bone ALP stands under total ALP",
        "bone ALP in ug/L or U/L may stand under the name of the total.",
        _total_is_bone,
    ),
    of_row(
        "one specimen has two far results",
        "Check which of the results is the patient's, and of that day.",
        without_added("lab_results"),
    ),
    of_row(
        "a result carries its laboratory's mark",
        "Nothing to mend where the mark only says high, low or abnormal;",
        lambda *_: None,
        leaves=("mark_dropped",),
    ),
    of_row("a result carries its laboratory's mark", "leave it out of the export.", _alp(2, value="110")),
)

HER2_TESTS = (
    of_row("a ratio is beyond life", "Correct the ratio.", WITH_ITS_COPY_NUMBER),
    of_row("a copy number is negative", "Correct the copy number.", _her2(her2_copy_number="3.1")),
    of_row("a copy number is a code for unknown", "Leave the cell empty;", _her2(her2_copy_number=None)),
    of_row("a ratio is a word", "Deliver the ratio as a plain number", WITH_ITS_COPY_NUMBER),
    of_row("a ratio is a word", "or leave it empty.", _her2(her2_cep17_ratio=None)),
    of_row(
        "a copy number is a word",
        "Deliver the copy number as a plain number",
        _her2(her2_copy_number="3.1"),
    ),
    of_row("a copy number is a word", "or leave it empty.", _her2(her2_copy_number=None)),
    of_row("a test lies before birth", ONE_OF_THE_DATES, corrected("her2_tests", "test_date")),
    of_row(
        "a test lies after death",
        ONE_OF_THE_DATES,
        both(corrected("patients", *DEATH), corrected("her2_tests", "test_date")),
    ),
    of_row(
        "a test lies long after the last contact",
        "Check both days, and whether tests are another patient's.",
        corrected("her2_tests", "test_date"),
    ),
    of_row(
        "a test lies long after the last contact",
        "A specimen of before that is tested later is no contact, and stays flagged.",
        both(),
        leaves=("test_after_contact",),
    ),
)

LABORATORY_MENDS = (*LAB_RESULTS, *HER2_TESTS)
