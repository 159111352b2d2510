"""The rows that break a rule, one by one: what is written into them and which rules they must break.

The rules of one table bring theirs along, as examples beside their declaration; those of many tables are
broken as listed here. How the rows enter the tables is in defects.py.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import count

import polars as pl

from bpp_etl.demo.faults import ALP_ANALYTES, Cast, Fault
from bpp_etl.demo.profiles import Profile
from schemas.contract import laws_of
from schemas.examples import SOUND, Example, Row, written
from schemas.laws import Law
from schemas.tables import TABLES

Names = Mapping[str, object]

Broken = tuple[str, Row]
"""The rules that a row breaks, apart by blanks (none = it is kept), and how it departs from a sound row."""

LATER = "{delivery:+30}"

FIRST: Mapping[str, tuple[Broken, ...]] = {
    "patients": (
        ("required_value_missing", {"sex": None}),
        ("date_is_partial", {"birth_date": "1962-04"}),
        ("date_in_future", {"last_contact_date": LATER}),
        ("code_unknown", {"er_status": "borderline"}),
    ),
    "therapy_lines": (
        ("required_value_missing", {"regimen": None}),
        ("date_in_future", {"start_date": LATER}),
        ("code_unknown", {"end_reason": "switched"}),
        ("number_invalid", {"line_number": "first"}),
        ("unknown_patient", {"patient_id": "{nobody}"}),
    ),
    "imaging_assessments": (
        ("required_value_missing", {"assessment_date": None}),
        ("date_in_future", {"assessment_date": LATER}),
        ("code_unknown date_in_future", {"assessment_date": LATER, "modality": "ULTRASOUND"}),
        ("code_unknown", {"extraosseous_response": "better"}),
        ("code_unknown", {"is_evaluable": "perhaps"}),
        ("unknown_patient", {"patient_id": "{nobody}"}),
    ),
    "bone_lesions": (
        ("required_value_missing", {"site": None}),
        ("code_unknown", {"morphology": "sclerotic"}),
        ("code_unknown", {"is_equivocal": "perhaps"}),
        ("unknown_assessment", {"assessment_id": "{no_scan}"}),
        ("unknown_assessment", {"assessment_id": "{refused_scan}"}),
    ),
    "lab_results": (
        ("required_value_missing", {"specimen_date": None}),
        ("required_value_missing", {"value": None}),
        ("date_in_future", {"specimen_date": LATER}),
        ("number_invalid", {"value": "haemolysed"}),
        ("unknown_patient", {"patient_id": "{nobody}"}),
    ),
    "her2_tests": (
        ("required_value_missing", {"specimen_site": None}),
        ("date_in_future", {"test_date": LATER}),
        ("code_unknown", {"ihc_score": "4+"}),
        ("unknown_patient", {"patient_id": "{nobody}"}),
    ),
}
"""Rows that stand before those of the table's own rules."""


def _bad_dates(column: str) -> tuple[Broken, ...]:
    return (
        ("date_invalid", {column: "2021-02-30"}),
        ("date_is_partial", {column: "2021-03"}),
        ("date_has_zone", {column: "2021-03-05T23:30:00Z"}),
        ("date_century_unknown", {column: "05.03.21"}),
    )


LAST: Mapping[str, tuple[Broken, ...]] = {
    "patients": _bad_dates("birth_date")[2:],
    "therapy_lines": _bad_dates("start_date"),
    "imaging_assessments": _bad_dates("assessment_date"),
    "bone_lesions": (),
    "lab_results": (
        ("date_in_future unit_missing", {"unit": None, "specimen_date": LATER}),
        *_bad_dates("specimen_date"),
    ),
    "her2_tests": _bad_dates("test_date"),
}
"""Rows that stand after them."""

TWINS: Mapping[str, tuple[Row, Row]] = {
    "patients": ({}, {"pr_status": "positive"}),
    "therapy_lines": ({"line_number": "8"}, {"line_number": "8", "regimen": "eribulin"}),
    "imaging_assessments": ({}, {"modality": "XRAY"}),
    "bone_lesions": ({"lesion_id": "L80"}, {"lesion_id": "L80", "site": "skull"}),
}
"""Two rows of one key that do not say the same."""

MARKED: Mapping[str, Row] = {
    "lab_results": {"upper_limit_normal": "104.0*"},
    "her2_tests": {"her2_cep17_ratio": "1.2*"},
}
"""Numbers with a laboratory's mark, which is dropped."""

FIRST_FRESH = 500
"""From here on the rows beside an example are numbered, and the patients whom one has for itself."""

OWN: Row = {"patient_id": "{own}", "last_contact_date": "{delivery:-30}"}
"""The patient of an example, who is seen after all that it says."""

FIRST_DAY = date(1999, 1, 1)
"""From here on specimens are taken: before any treatment, so that none of these is anyone's baseline."""


def added_faults(
    tables: Mapping[str, pl.DataFrame], cast: Cast, profile: Profile, delivery_date: date
) -> Iterator[Fault]:
    """Lists every row to add, in a fixed order."""
    constant = {table: {column: value} for table, column, value in profile.extra_columns}
    names = cast.names(delivery_date, profile)
    fresh = count(FIRST_FRESH)
    for name in TABLES:
        for fault in (*_refused(name, names, profile, fresh), *_flagged(name, names, profile, fresh)):
            yield replace(fault, row={**constant.get(fault.table, {}), **fault.row})
    for name, frame in tables.items():
        number = _repeatable(name, frame, cast)
        yield Fault(name, frame.row(number - 1, named=True), ("duplicate_row",), twin_row_number=number)


def _refused(table: str, names: Names, profile: Profile, fresh: Iterator[int]) -> Iterator[Fault]:
    """Lists rows that are refused, those of a series among the rows that make them so."""
    planted: list[Broken] = []
    for law, one, here in _planted(table, "refuse", names, profile, fresh):
        yield from _beside(table, one, here, profile, fresh)
        planted += [
            (law.id if one.is_broken_by(position) else "", written(change, here))
            for position, change in enumerate(one.bad)
        ]
    faults: list[Broken] = [*FIRST[table], *planted, *LAST[table]]
    twins: list[Broken] = [("duplicate_key", change) for change in TWINS.get(table, ())]
    numbers = [*range(1, len(faults) + 1), *[len(faults) + 1] * len(twins)]
    for number, (rules, change) in zip(numbers, (*faults, *twins), strict=True):
        row = {**SOUND[table], **_apart(table, number, profile), **change}
        yield Fault(table, written(row, names), tuple(rules.split()))


def _flagged(table: str, names: Names, profile: Profile, fresh: Iterator[int]) -> Iterator[Fault]:
    """Lists rows that are kept with a flag, those of a series among the rows they earn it by."""
    number = 100
    for law, one, here in _planted(table, "flag", names, profile, fresh):
        yield from _beside(table, one, here, profile, fresh)
        for position, change in enumerate(one.bad):
            number += 1
            row = {**SOUND[table], **_apart(table, number, profile), **change}
            yield Fault(table, written(row, here), flag=law.id if one.is_broken_by(position) else None)
    if table in MARKED:
        row = {**SOUND[table], **_apart(table, number + 1, profile), **MARKED[table]}
        yield Fault(table, written(row, names), flag="mark_dropped")


def _planted(
    table: str, severity: str, names: Names, profile: Profile, fresh: Iterator[int]
) -> Iterator[tuple[Law, Example, Names]]:
    """Lists the examples to plant, and what their names stand for; one may have a patient for itself."""
    for law in laws_of(TABLES[table].contract):
        for one in law.examples:
            if one.is_planted and law.severity == severity:
                here = names
                if one.has_own_patient:
                    patient = _apart("patients", next(fresh), profile)["patient_id"]
                    scan = _apart("imaging_assessments", next(fresh), profile)["assessment_id"]
                    here = {**names, "own": patient, "living": patient, "scan": scan}
                yield law, one, here


def _beside(
    table: str, one: Example, names: Names, profile: Profile, fresh: Iterator[int]
) -> Iterator[Fault]:
    """Lists the rows beside which an example stands: a patient of its own, and what is given."""
    if one.has_own_patient and table != "patients":
        apart = _apart("patients", next(fresh), profile)
        yield Fault("patients", written({**SOUND["patients"], **apart, **OWN}, names))
    for name, rows in one.given.items():
        for change in rows:
            row = {**SOUND[name], **_apart(name, next(fresh), profile), **change}
            yield Fault(name, written(row, names))


def _apart(table: str, number: int, profile: Profile) -> Row:
    """Writes what tells an added row from the others."""
    day = (FIRST_DAY + timedelta(days=number - 1)).isoformat()
    apart: Mapping[str, Row] = {
        "patients": {
            "patient_id": f"SYN-{profile.code}{9_000_000 + number:07d}",
            "birth_date": f"{{delivery:-{22_000 + number}}}",
        },
        "therapy_lines": {"line_number": f"{10 + number}"},
        "imaging_assessments": {"assessment_id": f"SYN-{profile.code}A{9_000_000 + number:07d}"},
        "bone_lesions": {"lesion_id": f"L{80 + number}"},
        "lab_results": {"specimen_date": day},
        "her2_tests": {"test_date": day},
    }
    return apart[table]


def _repeatable(name: str, frame: pl.DataFrame, cast: Cast) -> int:
    """Finds a sound row to repeat."""
    is_sound = pl.col("patient_id") == cast.living_patient
    if name == "bone_lesions":
        is_sound = pl.col("assessment_id") == cast.scan_with_lesions
    if name == "lab_results":
        is_sound &= pl.col("analyte").is_in(ALP_ANALYTES)
    return int(frame.select(is_sound.arg_true().first()).item()) + 1
