"""Rows that break one rule each, and beside every one its neighbour that just holds it, in one delivery.

They are the examples that stand beside the rules; those of a column's kind are laid on every such column.
Not here: rules that judge files or a whole delivery (`tests/gates`).

The delivery is of 2024-12-31. Each side of a case has a living patient of its own, and an assessment where it
needs one. Patient D was born on 1960-01-01 and died on 2024-06-01; patient R is refused for its sex, and with
it the assessment R of that patient. P and S are a patient and an assessment that any row may belong to.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from schemas.contract import delivered_columns, laws_of
from schemas.examples import SOUND, Day, Example, Row, example, written
from schemas.laws import Law
from schemas.rules import rules_of
from schemas.tables import TABLES

DAY = "2024-12-31"
NAMES: Mapping[str, object] = {
    "delivery": Day(dt.date.fromisoformat(DAY)),
    "birth": Day(dt.date(1960, 1, 1)),
    "death": Day(dt.date(2024, 6, 1)),
    "common_birth": Day(dt.date(1970, 1, 1)),
    "living": "P",
    "dead": "D",
    "nobody": "nobody",
    "scan": "S",
    "refused_scan": "R",
    "no_scan": "nowhere",
    "laboratory": "laboratory",
}

OWN_COLUMN = {
    "patients": "patient_id",
    "therapy_lines": "line_number",
    "imaging_assessments": "assessment_id",
    "bone_lesions": "lesion_id",
    "lab_results": "laboratory",
    "her2_tests": "her2_copy_number",
}
"""The column that takes the serial number, which keeps rows apart."""

DAY_OF_ITS_OWN = {"lab_results": "specimen_date", "her2_tests": "test_date"}
"""The column of the day on which a row's serial number lies before the delivery."""


def sound(table: str, serial: int, names: Mapping[str, object] = NAMES) -> dict[str, str]:
    """Write what a row says unless its example says otherwise: required cells only."""
    required = {column.name for column in delivered_columns(TABLES[table].contract) if column.required}
    row = dict(SOUND[table])
    if table in DAY_OF_ITS_OWN:
        row[DAY_OF_ITS_OWN[table]] = f"{{delivery:-{serial}}}"
    return {name: text or "" for name, text in written(row, names).items() if name in required}


LIVING: Row = {"birth_date": "{common_birth}"}

BASE: Mapping[str, Sequence[Row]] = {
    "patients": (
        {"patient_id": "P", **LIVING},
        {"patient_id": "D", "birth_date": "{birth}", "death_date": "{death}", "last_contact_date": "{death}"},
        {"patient_id": "R", "sex": "undisclosed"},
    ),
    "imaging_assessments": ({"assessment_id": "S"}, {"assessment_id": "R", "patient_id": "R"}),
}
BASE_REFUSED = {
    ("patients", 3): ["code_unknown"],
    ("imaging_assessments", 2): ["unknown_patient"],
}


@dataclass(frozen=True)
class Case:
    """An example of a rule of a table, told apart by what it is about."""

    table: str
    rule: str
    about: str
    example: Example

    @property
    def id(self) -> str:
        """Name the case in a test's id."""
        return f"{self.table}-{self.rule}-{self.about}"


def row_cases() -> tuple[Case, ...]:
    """List every case."""
    made = [
        Case(name, rule, about, one)
        for name in TABLES
        for rule, about, one in (*_of_laws(name), *_of_structure(name), *_of_columns(name))
    ]
    assert len({one.id for one in made}) == len(made), "no two cases have one name"
    return tuple(made)


def _of_laws(table: str) -> Iterator[tuple[str, str, Example]]:
    for law in laws_of(TABLES[table].contract):
        yield from ((law.id, str(place), one) for place, one in enumerate(law.examples, start=1))


def _of_columns(table: str) -> Iterator[tuple[str, str, Example]]:
    """Lay on each column what its kind can break."""
    laws: Mapping[str, Law] = {rule.id: rule.law for rule in rules_of(table)}
    for column in delivered_columns(TABLES[table].contract):
        name = column.name
        if column.required and (table, name) != ("lab_results", "unit"):
            for about, text in (("empty", ""), ("blank", " \t ")):
                yield "required_value_missing", f"{name} {about}", example({name: text}, {})
        for law in laws.values():
            for place, cell in enumerate(law.cells.get(column.kind, ()), start=1):
                # A number that need not be there is flagged for what refuses another.
                rule = (column.unreadable or law.id) if law.id == "number_invalid" else law.id
                yield rule, f"{name} {place} of {law.id}", example({name: cell.bad}, {name: cell.good})
        if column.kind == "code" and "code_unknown" in laws:
            good = column.codes[-1]
            bad = good.swapcase() if good.swapcase() != good else f"{good}+"
            yield "code_unknown", f"{name} {bad}", example({name: bad}, {name: good})


ANOTHER_ROW = {"": "a serial number of its own"}

TWINS: Mapping[str, Example] = {
    "patients": Example(
        bad=({"patient_id": "twin"}, {"patient_id": "twin", "sex": "male"}),
        good=({"patient_id": "Twin"}, {"patient_id": "TWIN", "sex": "male"}),
    ),
    "therapy_lines": Example(
        bad=({"line_number": "7"}, {"line_number": "07", "regimen": "another"}),
        good=({"line_number": "8"}, {"line_number": "8", "patient_id": "D", "regimen": "another"}),
    ),
    "imaging_assessments": Example(
        bad=({"assessment_id": "twin"}, {"assessment_id": "twin", "patient_id": "D"}),
        good=({"assessment_id": "twin 1"}, {"assessment_id": "twin 2", "patient_id": "D"}),
    ),
    "bone_lesions": Example(
        bad=({"lesion_id": "twin"}, {"lesion_id": "twin", "site": "skull"}),
        good=({"lesion_id": "twin 1"}, {"lesion_id": "twin 2", "site": "skull"}),
    ),
}
"""Rows of one key that disagree, and rows of two keys that look alike."""


def _of_structure(table: str) -> Iterator[tuple[str, str, Example]]:
    """Lay on a table what its place among the others can break."""
    yield "duplicate_row", "to the letter", Example(({}, {}), ({}, ANOTHER_ROW), breaks=(1,))
    if table in TWINS:
        yield "duplicate_key", "another cell", TWINS[table]
    parent = TABLES[table].parent
    if parent is not None:
        for about, key in (("not delivered", "nobody"), ("refused", "R")):
            yield parent.rule, about, example({parent.column: key}, {})


@dataclass
class CaseDelivery:
    """The one delivery of all cases: its tables, and the rows in which each case stands."""

    tables: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    bad: dict[str, list[int]] = field(default_factory=dict)
    good: dict[str, list[int]] = field(default_factory=dict)

    def text_of(self, table: str) -> str:
        """Write a table as csv, with every column that the contract knows."""
        names = [column.name for column in delivered_columns(TABLES[table].contract)]
        out = io.StringIO()
        writer = csv.DictWriter(out, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.tables[table])
        return out.getvalue()

    def add(self, table: str, serial: int, row: Row, names: Mapping[str, object] = NAMES) -> int:
        """Add a row that is sound but for what it says; return its number."""
        told = {name: text or "" for name, text in written(row, names).items() if name}
        own = {OWN_COLUMN[table]: serial_of(table, serial)}
        self.tables[table].append({**sound(table, serial, names), **own, **told})
        return len(self.tables[table])


def case_delivery(cases: Sequence[Case]) -> CaseDelivery:
    """Put all cases into one delivery. Rows of a case share a serial number where they must be alike."""
    made = CaseDelivery({table: [] for table in TABLES})
    for table, rows in BASE.items():
        for row in rows:
            made.add(table, 0, row)
    serial = 100
    for one in cases:
        for side, numbers in ((one.example.bad, made.bad), (one.example.good, made.good)):
            serial += 1
            patient, scan = f"patient {serial}", f"scan {serial}"
            names = {**NAMES, "living": patient, "own": patient, "scan": scan}
            if one.table != "patients":
                made.add("patients", 0, {"patient_id": patient, **LIVING})
            if one.table == "bone_lesions":
                made.add("imaging_assessments", 0, {"assessment_id": scan}, names)
            for table, rows in one.example.given.items():
                for row in rows:
                    serial += 1
                    made.add(table, serial, row, names)
            is_series = len(side) > 1 and one.rule != "duplicate_row"
            for row in side:
                serial += is_series or "" in row
                numbers.setdefault(one.id, []).append(made.add(one.table, serial, row, names))
    return made


def serial_of(table: str, serial: int) -> str:
    """Write a serial number into `OWN_COLUMN`. A copy number stays within its range: 1.101, 1.102, ..."""
    return f"{1 + serial / 1000:.3f}" if table == "her2_tests" else str(serial)
