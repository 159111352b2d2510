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

DAY = "2024-12-31"
NEXT_DAY = "2025-01-01"

Row = Mapping[str, str]

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


@dataclass(frozen=True)
class Case:
    """Rows that break `rule` of `table`, and rows that just do not; told apart by what they say."""

    table: str
    rule: str
    about: str
    bad: tuple[Row, ...]
    good: tuple[Row, ...]

    @property
    def id(self) -> str:
        """Name the case in a test's id."""
        return f"{self.table}-{self.rule}-{self.about}"


def case(table: str, rule: str, about: str, bad: Row, good: Row) -> Case:
    """Write a case of one bad and one good row."""
    return Case(table, rule, about, (bad,), (good,))


WRITTEN = (
    case(
        "patients",
        "birth_after_diagnosis",
        "a day",
        {"birth_date": "1980-01-02", "metastatic_diagnosis_date": "1980-01-01"},
        {"birth_date": "1980-01-01", "metastatic_diagnosis_date": "1980-01-01"},
    ),
    case(
        "patients", "birth_before_1900", "a day", {"birth_date": "1899-12-31"}, {"birth_date": "1900-01-01"}
    ),
    case(
        "patients",
        "death_before_diagnosis",
        "a day",
        {
            "metastatic_diagnosis_date": "2024-03-02",
            "death_date": "2024-03-01",
            "last_contact_date": "2024-03-01",
        },
        {
            "metastatic_diagnosis_date": "2024-03-01",
            "death_date": "2024-03-01",
            "last_contact_date": "2024-03-01",
        },
    ),
    case(
        "patients",
        "contact_after_death",
        "a day",
        {"death_date": "2024-03-01", "last_contact_date": "2024-03-02"},
        {"death_date": "2024-03-01", "last_contact_date": "2024-03-01"},
    ),
    case(
        "therapy_lines", "end_before_start", "a day", {"end_date": "2024-01-31"}, {"end_date": "2024-02-01"}
    ),
    case("therapy_lines", "line_number_invalid", "zero", {"line_number": "0"}, {"line_number": "1"}),
    case("therapy_lines", "line_number_invalid", "minus", {"line_number": "-1"}, {"line_number": "2"}),
    case(
        "therapy_lines",
        "cycle_length_out_of_range",
        "short",
        {"cycle_length_days": "6"},
        {"cycle_length_days": "7"},
    ),
    case(
        "therapy_lines",
        "cycle_length_out_of_range",
        "long",
        {"cycle_length_days": "85"},
        {"cycle_length_days": "84"},
    ),
    case(
        "therapy_lines",
        "number_invalid",
        "no whole number",
        {"cycle_length_days": "21.5"},
        {"cycle_length_days": "21.0"},
    ),
    case(
        "imaging_assessments",
        "assessment_after_death",
        "a day",
        {"patient_id": "D", "assessment_date": "2024-06-02"},
        {"patient_id": "D", "assessment_date": "2024-06-01"},
    ),
    case(
        "imaging_assessments",
        "assessment_before_birth",
        "a day",
        {"patient_id": "D", "assessment_date": "1959-12-31"},
        {"patient_id": "D", "assessment_date": "1960-01-01"},
    ),
    case(
        "lab_results",
        "specimen_after_death",
        "a day",
        {"patient_id": "D", "specimen_date": "2024-06-02"},
        {"patient_id": "D", "specimen_date": "2024-06-01"},
    ),
    case("lab_results", "value_not_positive", "zero", {"value": "0"}, {"value": "0.001"}),
    case("lab_results", "value_not_positive", "minus", {"value": "-0.001"}, {"value": "+10"}),
    case("lab_results", "value_implausible", "in U/L", {"value": "20000.01"}, {"value": "20000"}),
    case(
        "lab_results",
        "value_implausible",
        "after conversion",
        {"value": "333.4", "unit": "ukat/L"},
        {"value": "333.3", "unit": "ukat/L"},
    ),
    case(
        "lab_results",
        "limit_not_positive",
        "zero",
        {"upper_limit_normal": "0"},
        {"upper_limit_normal": "0.01"},
    ),
    case("lab_results", "unit_missing", "empty", {"unit": ""}, {"unit": "u / l"}),
    case("lab_results", "unit_missing", "blank", {"unit": " \t"}, {"unit": " U/L\t"}),
    case("lab_results", "unit_not_convertible", "unheard of", {"unit": "King-Armstrong"}, {"unit": "IU/L"}),
    case(
        "lab_results",
        "unit_not_convertible",
        "mass of an activity",
        {"unit": "ug/L"},
        {"unit": "ug/L", "analyte": "ALP_BONE"},
    ),
    case(
        "lab_results",
        "unit_not_convertible",
        "times no limit",
        {"unit": "xULN", "value": "1.5"},
        {"unit": "xULN", "value": "1.5", "upper_limit_normal": "104"},
    ),
    *(
        case("lab_results", "value_is_censored", sign, {"value": f"{sign}5"}, {"value": "5.0"})
        for sign in ("<", ">", "≤", "＜", "&lt;")
    ),
    case(
        "her2_tests", "ratio_out_of_range", "high", {"her2_cep17_ratio": "50.01"}, {"her2_cep17_ratio": "50"}
    ),
    case("her2_tests", "ratio_out_of_range", "low", {"her2_cep17_ratio": "-0.01"}, {"her2_cep17_ratio": "0"}),
    case(
        "her2_tests",
        "copy_number_out_of_range",
        "high",
        {"her2_copy_number": "200.01", "test_date": "2024-01-05"},
        {"her2_copy_number": "200", "test_date": "2024-01-05"},
    ),
    case(
        "her2_tests",
        "copy_number_out_of_range",
        "low",
        {"her2_copy_number": "-0.01", "test_date": "2024-01-06"},
        {"her2_copy_number": "0", "test_date": "2024-01-06"},
    ),
    Case(
        "patients",
        "duplicate_key",
        "another sex",
        ({"patient_id": "twin"}, {"patient_id": "twin", "sex": "male"}),
        ({"patient_id": "Twin"}, {"patient_id": "TWIN", "sex": "male"}),
    ),
    Case(
        "therapy_lines",
        "duplicate_key",
        "another regimen",
        ({"line_number": "7"}, {"line_number": "07", "regimen": "another"}),
        ({"line_number": "8"}, {"line_number": "8", "patient_id": "D", "regimen": "another"}),
    ),
    Case(
        "imaging_assessments",
        "duplicate_key",
        "another patient",
        ({"assessment_id": "twin"}, {"assessment_id": "twin", "patient_id": "D"}),
        ({"assessment_id": "twin 1"}, {"assessment_id": "twin 2", "patient_id": "D"}),
    ),
    Case(
        "bone_lesions",
        "duplicate_key",
        "another site",
        ({"lesion_id": "twin"}, {"lesion_id": "twin", "site": "skull"}),
        ({"lesion_id": "twin 1"}, {"lesion_id": "twin 2", "site": "skull"}),
    ),
)

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
