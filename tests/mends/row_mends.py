"""Mends of one patient's rows in patients, lines and images: rule by rule, what the text says, done.

Not here: lesions (`lesion_mends.py`), ALP and HER2 (`laboratory_mends.py`), and lines of registry.toml
(`stated_mends.py`).
"""

from __future__ import annotations

from tests.mends.mend import InCourse, of_row
from tests.mutations.record import LINE, Course
from tests.mutations.row_defects import drop

ONE_OF_THE_DATES = "Correct one of the dates."
ENDS = ("start_date", "end_date", "end_reason")
DEATH = ("death_date", "last_contact_date")


def corrected(table: str, *columns: str) -> InCourse:
    """Correct some columns of the patient's rows as the source has them."""

    def follow(course: Course, source: Course) -> None:
        for row, right in zip(course.of(table), source.of(table), strict=True):
            row.update({column: right[column] for column in columns})

    return follow


def without_added(table: str) -> InCourse:
    """Take the rows out that the source has no more of."""

    def follow(course: Course, source: Course) -> None:
        for row in course.of(table)[len(source.of(table)) :]:
            drop(course, table, row)

    return follow


def both(*follow: InCourse) -> InCourse:
    """Do one after the other."""
    return lambda course, source: [one(course, source) for one in follow]


def _known_alive(course: Course, _: Course) -> None:
    course.person["last_contact_date"] = course.line(2)["start_date"]


def _numbered_from_one(course: Course, _: Course) -> None:
    for number, row in enumerate(course.of("therapy_lines"), start=1):
        row["line_number"] = str(number)


def _quoted(course: Course, _: Course) -> None:
    # The writer puts text that holds the delimiter in quotes.
    assert "," in str(course.line()["regimen"])
    del course.line()[LINE]


def _whole_line(course: Course, _: Course) -> None:
    del course.ct(0)[LINE]


def _patient_delivered(course: Course, _: Course) -> None:
    course.add("patients", course.person, patient_id="MUT-lost")


def _assessment_delivered(course: Course, _: Course) -> None:
    on = course.moved(course.ct(2), "assessment_date", 3)
    course.add("imaging_assessments", course.ct(2), assessment_id="MUT-lost", assessment_date=on)


def _line(**cells: str | None) -> InCourse:
    return lambda course, _: course.line().update(cells)


def _in_one_line(course: Course, _: Course) -> None:
    drop(course, "therapy_lines", course.line(2))
    course.line().update(regimen="letrozole and ribociclib", end_date=None)


def _metastatic_lines(course: Course, _: Course) -> None:
    drop(course, "therapy_lines", course.line())
    course.line()["line_number"] = "1"


GENERAL = (
    of_row(
        "a regimen has a comma without quotes",
        "Put text that holds the delimiter in double quotes",
        _quoted,
    ),
    of_row(
        "a CT's line ends before its empty cells",
        "and write empty cells at the end of a row too.",
        _whole_line,
    ),
    of_row(
        "the last contact is empty",
        "Fill the empty cells at the source.",
        corrected("patients", "last_contact_date"),
    ),
    of_row(
        "a CT's day is a word",
        "Deliver ISO days (2021-03-05)",
        corrected("imaging_assessments", "assessment_date"),
    ),
    of_row(
        "a CT's day is a moment of another zone",
        "Or deliver the day alone.",
        lambda c, _: c.ct(1).update(assessment_date=str(c.ct(1)["assessment_date"])[:10]),
    ),
    of_row(
        "a birth's year has two digits",
        "Deliver years of four digits.",
        lambda c, _: c.person.update(birth_date="1956-03-07"),
    ),
    of_row("a birth has no day", "Find the day at the source", corrected("patients", "birth_date")),
    of_row("the century of a birth is wrong", "Correct the date", corrected("patients", "birth_date")),
    of_row("sex is a letter", "or correct it.", corrected("patients", "sex")),
    of_row("a patient stands twice", "Remove the copies from the export.", without_added("patients")),
    of_row(
        "a patient stands twice and differs",
        "Decide at the source which of the rows is right.",
        without_added("patients"),
    ),
    of_row("a specimen's patient is unknown", "Deliver the patient", _patient_delivered),
    of_row(
        "sex is a letter",
        "or mend the patient's own row, which was refused.",
        corrected("patients", "sex"),
        rule="unknown_patient",
    ),
    of_row("a lesion's CT is unknown", "Deliver the assessment", _assessment_delivered),
    of_row(
        "a modality is spelt otherwise",
        "or mend its own row, which was refused.",
        corrected("imaging_assessments", "modality"),
        rule="unknown_assessment",
    ),
)

PATIENTS = (
    of_row("birth lies after the diagnosis", ONE_OF_THE_DATES, corrected("patients", "birth_date")),
    of_row(
        "a birth lies in another century", "Correct the date of birth.", corrected("patients", "birth_date")
    ),
    of_row("death lies before the diagnosis", ONE_OF_THE_DATES, corrected("patients", *DEATH)),
    of_row("the last contact lies after death", ONE_OF_THE_DATES, corrected("patients", "death_date")),
    of_row(
        "the diagnosis lies months after line 1",
        "Check the day of diagnosis",
        corrected("patients", "metastatic_diagnosis_date"),
    ),
    of_row(
        "the diagnosis lies months after line 1",
        "and whether the line is one for metastatic disease.",
        _metastatic_lines,
    ),
    of_row("a child has metastases", "Check both dates", corrected("patients", "birth_date")),
    of_row(
        "the last contact lies before later scans",
        "Deliver the last day on which the patient was known to be alive.",
        _known_alive,
    ),
    of_row(
        "a patient has two spellings of one id",
        "if so, deliver all under one id.",
        without_added("patients"),
    ),
)

THERAPY_LINES = (
    of_row(
        "a cycle's length is a word",
        "Deliver the days of one cycle as a whole number",
        _line(cycle_length_days="21"),
    ),
    of_row("a cycle's length is a word", "or leave the cell empty.", _line(cycle_length_days=None)),
    of_row("a line ends before it starts", ONE_OF_THE_DATES, corrected("therapy_lines", "end_date")),
    of_row("a line is numbered 0", "Number the lines from 1.", _numbered_from_one),
    of_row("a cycle lasts 3 days: weeks for days", "Correct the length", _line(cycle_length_days="21")),
    of_row("a cycle lasts 210 days", "or leave it empty.", _line(cycle_length_days=None)),
    of_row("a line starts before birth", ONE_OF_THE_DATES, corrected("therapy_lines", "start_date")),
    of_row("a line starts after death", ONE_OF_THE_DATES, corrected("patients", *DEATH)),
    of_row(
        "the numbers of two lines are exchanged",
        "Correct the numbers",
        corrected("therapy_lines", "line_number"),
    ),
    of_row(
        "the numbers of two lines are exchanged",
        "or the dates.",
        lambda c, s: [
            c.line(at).update({column: s.line(3 - at)[column] for column in ENDS}) for at in (1, 2)
        ],
    ),
    of_row(
        "line 1 ends after line 2 has begun",
        "Correct the end of the line before: it is the last day on that treatment.",
        corrected("therapy_lines", "end_date"),
    ),
    of_row(
        "line 2 starts on the day of a line 1 without an end",
        "Of two that start on one day, correct the start of one.",
        corrected("therapy_lines", "start_date"),
    ),
    of_row(
        "a line without an end has a reason of it",
        "Deliver the last day on that treatment",
        lambda c, _: c.line(2).update(end_date=c.moved(c.line(2), "start_date", 30)),
    ),
    of_row(
        "a line without an end has a reason of it",
        "or leave the reason empty while it goes on.",
        corrected("therapy_lines", "end_reason"),
    ),
    of_row(
        "a line ended by the death of a living patient",
        "Deliver death_date of the patient",
        lambda c, _: c.person.update(death_date=c.line(2)["end_date"]),
    ),
    of_row(
        "a line ended by the death of a living patient",
        "or correct the reason.",
        corrected("therapy_lines", "end_reason"),
    ),
    of_row(
        "a combination is split into two lines",
        "Deliver drugs that are given together as one line, from the first of them on;",
        _in_one_line,
    ),
    of_row(
        "a combination is split into two lines",
        "or deliver why the line ended so soon.",
        _line(end_reason="toxicity"),
    ),
    of_row(
        "a line ends with its last dose, weeks before the scan that shows progression",
        "Deliver as the end the last day on that treatment: a cycle lasts beyond its last dose.",
        corrected("therapy_lines", "end_date"),
    ),
    of_row(
        "a line ends with its last dose, weeks before the scan that shows progression",
        "Nothing to mend where the patient was off treatment.",
        lambda *_: None,
        leaves=("progression_past_line",),
    ),
    of_row(
        "a bone agent is a line",
        "Leave it out of the lines, and number those that are left without a gap;",
        lambda c, _: drop(c, "therapy_lines", c.line(2)),
    ),
    of_row(
        "a bone agent is a line",
        "or name what was given beside it.",
        lambda c, _: c.line(2).update(regimen="denosumab + capecitabine"),
    ),
    of_row("a drug is spelt otherwise", "Correct the spelling", corrected("therapy_lines", "regimen")),
    of_row(
        "a drug is spelt otherwise",
        "Nothing to mend where it is another drug.",
        lambda *_: None,
        leaves=("regimen_misspelt",),
    ),
    of_row(
        "two CTs of one day say PD and SD",
        "Deliver one response of a day: that of the reader whose word counts.",
        without_added("imaging_assessments"),
    ),
    of_row("line 1 is missing", "Deliver line 1", lambda c, s: c.add("therapy_lines", s.line())),
    of_row(
        "a line has no start",
        "or mend it where it was refused",
        corrected("therapy_lines", "start_date"),
        rule="line_one_missing",
    ),
    of_row(
        "it ended for progression and no scan shows one",
        "Check why the line ended",
        _line(end_reason="patient_choice"),
    ),
    of_row(
        "it ended for progression and no scan shows one",
        "or deliver the image that showed it",
        lambda c, _: c.ct(6).update(extraosseous_response="PD"),
    ),
)
IMAGING = (
    of_row("a CT lies after death", ONE_OF_THE_DATES, corrected("patients", *DEATH)),
    of_row("a CT lies before birth", ONE_OF_THE_DATES, corrected("imaging_assessments", "assessment_date")),
    of_row(
        "a CT stands twice under two ids",
        "Deliver each examination once",
        both(without_added("imaging_assessments"), without_added("bone_lesions")),
    ),
    of_row(
        "the findings of an earlier CT are copied",
        "Check whether the earlier report was carried over.",
        both(without_added("imaging_assessments"), without_added("bone_lesions")),
    ),
    of_row(
        "progression stands on five CTs of a line that goes on",
        "Check whether PD was carried forward",
        corrected("imaging_assessments", "extraosseous_response"),
    ),
    of_row(
        "a CT that cannot be judged has a lesion with more lysis",
        "Correct is_evaluable where somebody read the images;",
        corrected("imaging_assessments", "is_evaluable"),
    ),
    *(
        of_row(
            "a CT that cannot be judged shows progression",
            says,
            lambda c, _, response=response: c.ct(3).update(extraosseous_response=response),
        )
        for says, response in (
            ("where nobody could, leave out what they find,", None),
            ("or deliver the response NE.", "NE"),
        )
    ),
)

ROW_MENDS = (*GENERAL, *PATIENTS, *THERAPY_LINES, *IMAGING)
