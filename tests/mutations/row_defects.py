"""Defects of one patient's rows, table by table.

Not here: those of a whole delivery (`delivery_defects.py`), and of ALP and HER2 (`laboratory_defects.py`).
"""

from __future__ import annotations

from collections.abc import Callable

from tests.mutations.defect import RowDefect
from tests.mutations.record import DELIVERY_DAY, LINE, Course, Row, cells_of

FUTURE = DELIVERY_DAY.replace(year=DELIVERY_DAY.year + 1).isoformat()
Plant = Callable[[Course], object]


def says(row: Callable[[Course], Row], **cells: str | None) -> Plant:
    """Have a row say something else."""
    return lambda course: row(course).update(cells)


def moves(row: Callable[[Course], Row], column: str, days: int) -> Plant:
    """Move a row's day."""
    return lambda course: row(course).update({column: course.moved(row(course), column, days)})


def unquoted(row: Callable[[Course], Row], **cells: str) -> Plant:
    """Have a row say something else, and write its line without a quote."""

    def plant(course: Course) -> None:
        row(course).update(cells)
        row(course)[LINE] = _bare(row(course))

    return plant


def cut(row: Callable[[Course], Row]) -> Plant:
    """Leave out the empty cells at the end of a row's line."""
    return lambda course: row(course).update({LINE: _bare(row(course)).rstrip(",")})


def _bare(row: Row) -> str:
    return ",".join(cell or "" for cell in cells_of(row).values())


def person(course: Course) -> Row:
    """Take the row of patients."""
    return course.person


def line(course: Course) -> Row:
    """Take line 1."""
    return course.line()


def ct(visit: int) -> Callable[[Course], Row]:
    """Take a CT."""
    return lambda course: course.ct(visit)


def lesion(visit: int, which: str) -> Callable[[Course], Row]:
    """Take a lesion on a CT."""
    return lambda course: course.lesion(visit, which)


def drop(course: Course, table: str, row: Row) -> None:
    """Take a row out of the record."""
    course.record[table] = [one for one in course.record[table] if one is not row]


def _second_person(course: Course) -> None:
    course.add("patients", course.person, er_status="unknown")


def _look_alike(course: Course) -> None:
    other = course.add("patients", course.person, patient_id=course.name.lower().replace("-", " "))
    assert other["patient_id"] != course.name


def _contact_early(course: Course) -> None:
    course.person.update(last_contact_date=course.ct(4)["assessment_date"], death_date=None)


def _contact_late(course: Course) -> None:
    course.person["death_date"] = course.moved(course.person, "last_contact_date", -1)


def _dies_at(course: Course, on: str | None) -> None:
    course.person.update(death_date=on, last_contact_date=on)


def _two_lines_exchanged(course: Course) -> None:
    course.line(1)["line_number"], course.line(2)["line_number"] = "2", "1"


def _together(course: Course) -> None:
    course.line(1)["end_date"] = None
    course.line(2)["start_date"] = course.line(1)["start_date"]


def _split(course: Course) -> None:
    second = course.moved(course.line(), "start_date", 1)
    course.line(2).update(start_date=second, regimen="ribociclib")
    course.line().update(end_date=second, end_reason=None, regimen="letrozole")


def _line_ended_by_death(course: Course) -> None:
    course.line(2).update(end_reason="death", end_date=course.person["last_contact_date"])
    course.person["death_date"] = None


def _overlap(course: Course) -> None:
    course.line(1)["end_date"] = course.moved(course.line(2), "start_date", 20)


PATIENTS = (
    ("the century of a birth is wrong", "date_in_future", says(person, birth_date="2056-03-07")),
    ("a birth lies in another century", "birth_before_1900", says(person, birth_date="1856-03-07")),
    ("a birth's year has two digits", "date_century_unknown", says(person, birth_date="07.03.56")),
    ("a birth has no day", "date_is_partial", says(person, birth_date="1956-03")),
    ("birth lies after the diagnosis", "birth_after_diagnosis", says(person, birth_date="2026-01-05")),
    ("a child has metastases", "age_implausible", says(person, birth_date="2012-04-05")),
    ("death lies before the diagnosis", "death_before_diagnosis", lambda c: _dies_at(c, "2020-06-01")),
    ("the last contact lies after death", "contact_after_death", _contact_late),
    ("the last contact lies before later scans", "contact_before_last_record", _contact_early),
    (
        "the diagnosis lies months after line 1",
        "diagnosis_after_line",
        moves(person, "metastatic_diagnosis_date", 140),
    ),
    ("sex is a letter", "code_unknown", says(person, sex="F")),
    ("a receptor is a sign", "code_unknown", says(person, er_status="+++")),
    ("the last contact is empty", "required_value_missing", says(person, last_contact_date=None)),
    ("a patient stands twice and differs", "duplicate_key", _second_person),
    ("a patient stands twice", "duplicate_row", lambda c: c.add("patients", c.person)),
    ("a patient has two spellings of one id", "look_alike_id", _look_alike),
)

THERAPY_LINES = (
    (
        "a line ends before it starts",
        "end_before_start",
        lambda c: c.line().update(end_date=c.moved(c.line(), "start_date", -1)),
    ),
    ("a line is numbered 0", "line_number_invalid", says(line, line_number="0")),
    ("a cycle lasts 3 days: weeks for days", "cycle_length_out_of_range", says(line, cycle_length_days="3")),
    ("a cycle lasts 210 days", "cycle_length_out_of_range", says(line, cycle_length_days="210")),
    ("a cycle's length is a word", "cycle_length_unreadable", says(line, cycle_length_days="weekly")),
    ("the numbers of two lines are exchanged", "lines_out_of_order", _two_lines_exchanged),
    ("line 1 ends after line 2 has begun", "line_overlap", _overlap),
    ("line 2 starts on the day of a line 1 without an end", "line_overlap", _together),
    ("line 1 is missing", "line_one_missing", lambda c: drop(c, "therapy_lines", c.line())),
    (
        "a line starts after death",
        "line_after_death",
        lambda c: _dies_at(c, c.moved(c.line(2), "start_date", -1)),
    ),
    ("a line starts before birth", "line_before_birth", says(line, start_date="1930-01-01")),
    ("a line lies in the future", "date_in_future", lambda c: c.line(2).update(start_date=FUTURE)),
    (
        "it ended for progression and no scan shows one",
        "progression_without_imaging",
        lambda c: c.ct(6).update(extraosseous_response="SD"),
    ),
    (
        "a line without an end has a reason of it",
        "end_date_missing",
        lambda c: c.line(2).update(end_reason="toxicity"),
    ),
    ("a line ended by the death of a living patient", "death_not_recorded", _line_ended_by_death),
    ("a combination is split into two lines", "line_shorter_than_cycle", _split),
    (
        "a line ends with its last dose, weeks before the scan that shows progression",
        "progression_past_line",
        lambda c: c.line().update(end_date=c.moved(c.ct(6), "assessment_date", -35)),
    ),
    ("a bone agent is a line", "bone_agent_as_line", says(lambda c: c.line(2), regimen="denosumab")),
    ("a drug is spelt otherwise", "regimen_misspelt", says(line, regimen="Letrozol and ribociclib")),
    ("the reason of the end is another code", "code_unknown", says(line, end_reason="PD")),
    (
        "a line's patient is unknown",
        "unknown_patient",
        lambda c: c.add("therapy_lines", c.line(), patient_id="MUT-lost"),
    ),
    ("a line has no start", "required_value_missing", says(line, start_date=None)),
    (
        "a regimen has a comma without quotes",
        "field_count_differs",
        unquoted(line, regimen="letrozole, ribociclib"),
    ),
    (
        "line 1 stands twice with two starts",
        "duplicate_key",
        lambda c: c.add("therapy_lines", c.line(), start_date=c.moved(c.line(), "start_date", 9)),
    ),
)


def _read_twice(course: Course) -> None:
    course.add(
        "imaging_assessments", course.ct(3), assessment_id="MUT-second read", extraosseous_response="PD"
    )


def _same_day_copy(course: Course) -> None:
    _copy_ct(course, 3, str(course.ct(3)["assessment_date"]))


def _copied(course: Course) -> None:
    _copy_ct(course, 2, course.moved(course.ct(5), "assessment_date", 12))


def _copy_ct(course: Course, visit: int, on: str) -> None:
    """Add a CT's findings once more, under another id and on some day."""
    course.add(
        "imaging_assessments", course.ct(visit), assessment_id=f"{course.name}-again", assessment_date=on
    )
    for row in course.of("bone_lesions"):
        if row["assessment_id"] == course.ct(visit)["assessment_id"]:
            course.add("bone_lesions", row, assessment_id=f"{course.name}-again")


def _seen_unjudged(course: Course) -> None:
    course.ct(3).update(is_evaluable="false", extraosseous_response="NE")
    course.lesion(3, "lytic").update(status="larger", lysis_change="increased")


def _pd_everywhere(course: Course) -> None:
    for visit in range(2, 7):
        course.ct(visit)["extraosseous_response"] = "PD"


def _zoned(course: Course) -> None:
    course.ct(1)["assessment_date"] = f"{course.ct(1)['assessment_date']}T23:30:00Z"


IMAGING = (
    (
        "a CT lies after death",
        "assessment_after_death",
        lambda c: _dies_at(c, c.moved(c.ct(6), "assessment_date", -1)),
    ),
    ("a CT lies before birth", "assessment_before_birth", says(ct(0), assessment_date="1930-01-01")),
    ("a CT lies in the future", "date_in_future", says(ct(6), assessment_date=FUTURE)),
    ("a modality is spelt otherwise", "code_unknown", says(ct(2), modality="CT thorax")),
    ("a response is another code", "code_unknown", says(ct(3), extraosseous_response="progress")),
    ("an evaluability is no truth value", "code_unknown", says(ct(3), is_evaluable="maybe")),
    ("a CT's id is empty", "required_value_missing", says(ct(2), assessment_id=None)),
    (
        "two CTs have one id",
        "duplicate_key",
        lambda c: c.add(
            "imaging_assessments", c.ct(2), assessment_date=c.moved(c.ct(2), "assessment_date", 1)
        ),
    ),
    ("a CT's patient is unknown", "unknown_patient", says(ct(4), patient_id="MUT-lost")),
    ("a CT stands twice under two ids", "same_day_copy", _same_day_copy),
    ("two CTs of one day say PD and SD", "same_day_scans_differ", _read_twice),
    ("the findings of an earlier CT are copied", "copied_assessment", _copied),
    ("progression stands on five CTs of a line that goes on", "progression_everywhere", _pd_everywhere),
    (
        "a CT that cannot be judged shows progression",
        "not_evaluable_but_read",
        says(ct(3), is_evaluable="false", extraosseous_response="PD"),
    ),
    ("a CT that cannot be judged has a lesion with more lysis", "not_evaluable_but_read", _seen_unjudged),
    ("a CT's day is a word", "date_invalid", says(ct(1), assessment_date="unknown")),
    ("a CT's day is a moment of another zone", "date_has_zone", _zoned),
    ("a CT's line ends before its empty cells", "field_count_differs", cut(ct(0))),
)


def _known_again(course: Course) -> None:
    course.lesion(4, "dense")["status"] = "new"


def _healed_is_new(course: Course) -> None:
    course.lesion(3, "lytic").update(morphology="osteoblastic", status="new")


def _bone_known(course: Course) -> None:
    course.add(
        "bone_lesions",
        course.lesion(3, "mixed"),
        lesion_id=f"{course.name}-other",
        status="new",
        morphology="osteoblastic",
    )


def _from_nowhere(course: Course) -> None:
    course.add("bone_lesions", course.lesion(4, "dense"), lesion_id=f"{course.name}-other", site="clavicle")


def _resolved_and_back(course: Course) -> None:
    course.lesion(3, "dense")["status"] = "resolved"


LESIONS = (
    ("a lesion is new that was there before", "new_again", _known_again),
    ("a lytic lesion that turned dense is called new", "known_lesion_called_new", _healed_is_new),
    ("a new lesion lies in a bone with a known mixed one", "known_lesion_called_new", _bone_known),
    ("a stable lesion was never reported before", "not_seen_before", _from_nowhere),
    ("a lesion is new at baseline", "new_at_baseline", says(lesion(0, "dense"), status="new")),
    (
        "a lesion is baseline on treatment",
        "baseline_on_treatment",
        says(lesion(2, "dense"), status="baseline"),
    ),
    ("a resolved lesion is back", "back_after_resolved", _resolved_and_back),
    (
        "a resolved lesion has more lysis",
        "resolved_but_lysis",
        says(lesion(6, "lytic"), status="resolved", lysis_change="increased"),
    ),
    ("a dense lesion has more lysis", "dense_but_lysis", says(lesion(3, "dense"), lysis_change="increased")),
    ("a lesion moves to another bone", "site_changes", says(lesion(4, "dense"), site="clavicle")),
    ("a dense lesion turns lytic", "morphology_changes", says(lesion(5, "dense"), morphology="osteolytic")),
    (
        "a lesion's id is another patient's",
        "lesion_of_another_patient",
        lambda c: c.lesion(3, "dense").update(lesion_id="MUT-0000-dense"),
    ),
    ("a lesion's CT is unknown", "unknown_assessment", says(lesion(2, "mixed"), assessment_id="MUT-lost")),
    ("a status is another code", "code_unknown", says(lesion(2, "mixed"), status="progressive")),
    ("a build is another code", "code_unknown", says(lesion(2, "lytic"), morphology="sclerotic")),
    ("a lesion's site is empty", "required_value_missing", says(lesion(2, "mixed"), site=None)),
    (
        "a lesion stands twice on a CT and differs",
        "duplicate_key",
        lambda c: c.add("bone_lesions", c.lesion(2, "mixed"), status="larger"),
    ),
    (
        "a lesion is called new late and its bone healed",
        "known_lesion_called_new",
        lambda c: c.add(
            "bone_lesions",
            c.lesion(5, "lytic"),
            lesion_id=f"{c.name}-late",
            status="new",
            morphology="osteoblastic",
        ),
    ),
)

ROW_DEFECTS = tuple(
    RowDefect(wrong, table, rule, plant=plant)
    for table, defects in (
        ("patients", PATIENTS),
        ("therapy_lines", THERAPY_LINES),
        ("imaging_assessments", IMAGING),
        ("bone_lesions", LESIONS),
    )
    for wrong, rule, plant in defects
)
