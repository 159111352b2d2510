"""Rows that break one rule each, and beside every one its neighbour that just holds it.

Not here: rules that judge files or a whole delivery (`tests/gates`). What the kind of a column can break is
laid on every such column; the other cases are written out, with the nearest value on each side of the bound.

All rows go into one delivery of 2024-12-31. Patient P lives; patient D was born on 1960-01-01 and died on
2024-06-01; patient R is refused for its sex, and with it the assessment R of that patient.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from schemas.contract import Column, delivered_columns
from schemas.rules import rules_of
from schemas.tables import TABLES
from tests.support.written_cases import WRITTEN, Case, Row, case

DAY = "2024-12-31"
NEXT_DAY = "2025-01-01"

SOUND: Mapping[str, Row] = {
    "patients": {"sex": "female", "last_contact_date": "2024-01-01"},
    "therapy_lines": {"patient_id": "P", "regimen": "made up", "start_date": "2024-02-01"},
    "imaging_assessments": {"patient_id": "P", "assessment_date": "2024-02-01", "modality": "MRI"},
    "bone_lesions": {
        "assessment_id": "S",
        "site": "rib",
        "morphology": "unknown",
        "status": "stable",
    },
    "lab_results": {
        "patient_id": "P",
        "analyte": "ALP_TOTAL",
        "specimen_date": "2024-02-01",
        "value": "100",
        "unit": "U/L",
    },
    "her2_tests": {"patient_id": "P", "test_date": "2024-02-01", "specimen_site": "primary"},
}
"""What every row of a table says unless its case says otherwise; a serial number keeps rows apart."""

OWN_COLUMN = {
    "patients": "patient_id",
    "therapy_lines": "line_number",
    "imaging_assessments": "assessment_id",
    "bone_lesions": "lesion_id",
    "lab_results": "laboratory",
    "her2_tests": "her2_copy_number",
}
"""The column that takes the serial number."""

BASE: Mapping[str, Sequence[Row]] = {
    "patients": (
        {"patient_id": "P"},
        {
            "patient_id": "D",
            "birth_date": "1960-01-01",
            "death_date": "2024-06-01",
            "last_contact_date": "2024-06-01",
        },
        {"patient_id": "R", "sex": "undisclosed"},
    ),
    "therapy_lines": (),
    "imaging_assessments": ({"assessment_id": "S"}, {"assessment_id": "R", "patient_id": "R"}),
    "bone_lesions": (),
    "lab_results": (),
    "her2_tests": (),
}
BASE_REFUSED = {
    ("patients", 3): ["code_unknown"],
    ("imaging_assessments", 2): ["unknown_patient"],
}


_ODD_TEXT: Mapping[str, Sequence[tuple[str, str, str, str]]] = {
    # rule, what is odd, bad text, good text
    "date": (
        ("date_invalid", "no such day", "2023-02-29", "2024-02-29"),
        ("date_invalid", "other order", "05.03.2024", "2024-03-05"),
        ("date_invalid", "two digits for a year", "0024-03-05", "2024-03-05"),
        ("date_is_partial", "month", "2024-03", "2024-03-05"),
        ("date_is_partial", "year", "2024", "2024-03-05"),
        ("date_in_future", "a day", NEXT_DAY, DAY),
    ),
    "boolean": (("code_unknown", "neither", "perhaps", "YES"),),
    "number": (
        ("number_invalid", "words", "many", "1"),
        ("number_invalid", "decimal comma", "1,5", "1.5"),
        ("number_invalid", "two numbers", "1 2", "12"),
        ("number_invalid", "no number", "nan", "1e1"),
        ("number_invalid", "endless", "1e999", "2e1"),
        ("number_invalid", "infinite", "-inf", "3e0"),
        ("number_invalid", "grouped", "1_000", "4.000"),
        ("number_invalid", "grouped by commas", "1,000", "+5"),
        ("number_invalid", "of sixteen", "0x1F", "6."),
        ("number_invalid", "with a letter", "7d", ".7"),
        ("number_invalid", "wide digits", "８", "8"),
    ),
    "integer": (("number_invalid", "words", "many", "9"),),
}


def _of_kinds(table: str, column: Column) -> Iterator[Case]:
    """Lay on a column what its kind can break."""
    known = {rule.id for rule in rules_of(table)}
    if column.required and (table, column.name) != ("lab_results", "unit"):
        for about, text in (("empty", ""), ("blank", " \t ")):
            yield case(table, "required_value_missing", f"{column.name} {about}", {column.name: text}, {})
    for rule, about, bad, good in _ODD_TEXT.get(column.kind, ()):
        yield case(table, rule, f"{column.name} {about}", {column.name: bad}, {column.name: good})
    if column.kind == "code" and "code_unknown" in known:
        other = {"bad": column.codes[-1].swapcase(), "good": column.codes[-1]}
        if other["bad"] == other["good"]:
            other["bad"] = f"{other['good']}+"
        yield case(
            table, "code_unknown", column.name, {column.name: other["bad"]}, {column.name: other["good"]}
        )


def _of_tables(table: str) -> Iterator[Case]:
    """Lay on a table what its place among the others can break."""
    yield Case(table, "duplicate_row", "to the letter", ({}, {}), ({}, {"": "another row"}))
    parent = TABLES[table].parent
    if parent is not None:
        for about, key in (("not delivered", "nobody"), ("refused", "R")):
            good = "S" if parent.rule == "unknown_assessment" else "P"
            yield case(table, parent.rule, about, {parent.column: key}, {parent.column: good})


def row_cases() -> tuple[Case, ...]:
    """List every case."""
    made = list(WRITTEN)
    for name, table in TABLES.items():
        made.extend(_of_tables(name))
        for column in delivered_columns(table.contract):
            made.extend(_of_kinds(name, column))
    return tuple(made)


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


def case_delivery(cases: Sequence[Case]) -> CaseDelivery:
    """Put all cases into one delivery. Rows of a case share a serial number where they must be alike."""
    made = CaseDelivery()
    for table in TABLES:
        made.tables[table] = []
        for row in BASE[table]:
            made.tables[table].append(dict(SOUND[table]) | dict(row))
    serial = 100
    for one in cases:
        for rows, numbers in ((one.bad, made.bad), (one.good, made.good)):
            serial += 1
            for row in rows:
                serial += "" in row
                rest = {name: text for name, text in row.items() if name}
                own = {OWN_COLUMN[one.table]: _serial(one.table, serial)}
                made.tables[one.table].append({**SOUND[one.table], **own, **rest})
                numbers.setdefault(one.id, []).append(len(made.tables[one.table]))
    return made


def _serial(table: str, serial: int) -> str:
    # A copy number stays within its range: 1.101, 1.102, ...
    return f"{1 + serial / 1000:.3f}" if table == "her2_tests" else str(serial)


def only(cases: Sequence[Case], table: str, rule: str) -> tuple[Case, ...]:
    """Choose the cases of one rule."""
    return tuple(one for one in cases if (one.table, one.rule) == (table, rule))
