"""Every rule of the gate: its stable id, sentence, severity, category and how to mend it.

Not here: how a rule is judged (contracts, `bpp_etl/gate`) and what a gate then does (`bpp_etl/gate/decide.py`).
Categories follow Kahn et al. 2016, eGEMs 4(1):1244: conformance, completeness, plausibility.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from schemas.contract import delivered_columns
from schemas.tables import TABLES

Severity = Literal["refuse", "flag", "shut"]
Category = Literal["conformance", "completeness", "plausibility"]

DELIVERY = "delivery"
"""Stands for the table in a rule that judges a whole delivery."""


@dataclass(frozen=True)
class Rule:
    """One rule of one table: a row that breaks it is refused or flagged, or the gate shuts."""

    id: str
    table: str
    sentence: str
    severity: Severity
    category: Category
    mend: str


@dataclass(frozen=True)
class _Law:
    """A rule before it is laid on the tables it holds for."""

    id: str
    sentence: str
    severity: Severity
    category: Category
    mend: str


_FILE_RULES = {
    "table_missing",
    "column_missing",
    "column_duplicated",
    "file_unreadable",
    "file_ambiguous",
    "file_outside_landing",
    "file_changed_while_read",
}
"""Rules that an adapter's source files can break too; those are not one table's, but the delivery's."""


def _has_kind(table: str, *kinds: str) -> bool:
    return any(column.kind in kinds for column in delivered_columns(TABLES[table].contract))


def _tables_for(rule: str) -> tuple[str, ...]:
    """Name the tables that a general rule can be broken in, so that none passes vacuously."""
    if rule in {"date_invalid", "date_is_partial", "date_in_future"}:
        return tuple(name for name in TABLES if _has_kind(name, "date"))
    if rule == "number_invalid":
        return tuple(name for name in TABLES if _has_kind(name, "number", "integer"))
    if rule == "code_unknown":
        # An analyte outside the code list is another test, and ignored; so lab results have no such rule.
        return tuple(name for name in TABLES if _has_kind(name, "code", "boolean") and name != "lab_results")
    if rule == "duplicate_key":
        return tuple(name for name, table in TABLES.items() if table.key)
    if rule in {"unknown_patient", "unknown_assessment"}:
        return tuple(
            name for name, table in TABLES.items() if table.parent is not None and table.parent.rule == rule
        )
    if rule in _FILE_RULES:
        return (*TABLES, DELIVERY)
    if rule == "required_table_empty":
        return tuple(name for name, table in TABLES.items() if table.is_required)
    return tuple(TABLES)


_GENERAL = (
    _Law(
        "required_value_missing",
        "Every required column is filled.",
        "refuse",
        "completeness",
        "Fill the empty cells at the source, or state a constant in registry.toml.",
    ),
    _Law(
        "date_invalid",
        "Every date can be read.",
        "refuse",
        "conformance",
        "Deliver ISO days (2021-03-05), or state date_format in registry.toml.",
    ),
    _Law(
        "date_is_partial",
        "Every date names its day.",
        "refuse",
        "conformance",
        "Find the day at the source; a partial date is never completed here.",
    ),
    _Law(
        "date_in_future",
        "No date is after the delivery's date.",
        "refuse",
        "plausibility",
        "Correct the date, or the date in the delivery's folder name.",
    ),
    _Law(
        "code_unknown",
        "Every code is in its list; codes are case-sensitive.",
        "refuse",
        "conformance",
        "Add the code to [recode.<table>.<column>] in registry.toml, or correct it.",
    ),
    _Law(
        "number_invalid",
        "Every number can be read.",
        "refuse",
        "conformance",
        "Deliver plain numbers, and state decimal in registry.toml where it is a comma.",
    ),
    _Law(
        "duplicate_row",
        "No row is delivered twice; the first of identical rows is kept.",
        "refuse",
        "conformance",
        "Remove the copies from the export.",
    ),
    _Law(
        "duplicate_key",
        "Rows that share a key agree.",
        "refuse",
        "conformance",
        "Decide at the source which of the rows is right.",
    ),
    _Law(
        "unknown_patient",
        "Every row belongs to an admitted patient.",
        "refuse",
        "conformance",
        "Deliver the patient, or mend the reason for which the patient was refused.",
    ),
    _Law(
        "unknown_assessment",
        "Every lesion belongs to an admitted assessment.",
        "refuse",
        "conformance",
        "Deliver the assessment, or mend the reason for which it was refused.",
    ),
    _Law(
        "table_missing",
        "A required table is delivered.",
        "shut",
        "completeness",
        "Add the table to the export.",
    ),
    _Law(
        "column_missing",
        "Every required column is delivered.",
        "shut",
        "completeness",
        "Add the column, or name theirs in [rename.<table>] or a constant in [constants.<table>].",
    ),
    _Law(
        "column_duplicated",
        "No column is delivered twice.",
        "shut",
        "conformance",
        "Remove one of the columns of the same name.",
    ),
    _Law(
        "file_unreadable",
        "Every file can be read from end to end.",
        "shut",
        "conformance",
        "Export the file again; check delimiter and encoding in registry.toml.",
    ),
    _Law(
        "file_ambiguous",
        "A table is delivered in one file.",
        "shut",
        "conformance",
        "Leave one file for each table in the delivery.",
    ),
    _Law(
        "file_outside_landing",
        "Every file lies inside its delivery.",
        "shut",
        "conformance",
        "Copy the file into the delivery instead of linking to it.",
    ),
    _Law(
        "file_changed_while_read",
        "No file changes while it is read.",
        "shut",
        "conformance",
        "Write the delivery under another name and rename it when it is complete.",
    ),
    _Law(
        "required_table_empty",
        "A row of every required table survives.",
        "shut",
        "completeness",
        "Look at the refused rows of the table in quarantine.",
    ),
    _Law(
        "refused_share_exceeded",
        "A table's refused share stays within its limit.",
        "shut",
        "plausibility",
        "Look at the refused rows in quarantine; raise the limit in [limits] only with a reason.",
    ),
    _Law(
        "rows_not_conserved",
        "Delivered rows are admitted, refused or ignored, and none is lost.",
        "shut",
        "conformance",
        "This is a fault of the software: report it with the release's manifest.",
    ),
)

_BY_TABLE: dict[str, tuple[_Law, ...]] = {
    "patients": (
        _Law(
            "birth_after_diagnosis",
            "A patient is born before metastatic disease is diagnosed.",
            "refuse",
            "plausibility",
            "Correct one of the dates.",
        ),
        _Law(
            "birth_before_1900",
            "A birth is not before 1900.",
            "refuse",
            "plausibility",
            "Correct the date of birth.",
        ),
        _Law(
            "death_before_diagnosis",
            "Death does not come before the diagnosis of metastatic disease.",
            "refuse",
            "plausibility",
            "Correct one of the dates.",
        ),
        _Law(
            "contact_after_death",
            "The last contact is not after death.",
            "refuse",
            "plausibility",
            "Correct one of the dates.",
        ),
    ),
    "therapy_lines": (
        _Law(
            "end_before_start",
            "A line does not end before it starts.",
            "refuse",
            "plausibility",
            "Correct one of the dates.",
        ),
        _Law(
            "line_number_invalid",
            "A line number is 1 or more.",
            "refuse",
            "conformance",
            "Number the lines from 1.",
        ),
        _Law(
            "cycle_length_out_of_range",
            "A cycle lasts 7 to 84 days.",
            "refuse",
            "plausibility",
            "Correct the length, or leave it empty.",
        ),
    ),
    "imaging_assessments": (
        _Law(
            "assessment_after_death",
            "No assessment is after the patient's death.",
            "refuse",
            "plausibility",
            "Correct one of the dates.",
        ),
        _Law(
            "assessment_before_birth",
            "No assessment is before the patient's birth.",
            "refuse",
            "plausibility",
            "Correct one of the dates.",
        ),
    ),
    "lab_results": (
        _Law(
            "value_not_positive",
            "A result is above zero.",
            "refuse",
            "plausibility",
            "Correct the value.",
        ),
        _Law(
            "value_implausible",
            "A total ALP is at most 20000 U/L.",
            "refuse",
            "plausibility",
            "Correct the value or its unit.",
        ),
        _Law(
            "limit_not_positive",
            "An upper limit of normal is above zero.",
            "refuse",
            "plausibility",
            "Correct the limit, or leave it empty.",
        ),
        _Law(
            "unit_missing",
            "Every result states its unit.",
            "refuse",
            "completeness",
            "Deliver the unit, or state it in [constants.lab_results]; it is never guessed.",
        ),
        _Law(
            "unit_not_convertible",
            "Every unit can be converted to U/L, or is ug/L for bone ALP.",
            "refuse",
            "conformance",
            "Map the laboratory's spelling in [recode.lab_results.unit], or deliver another unit.",
        ),
        _Law(
            "value_is_censored",
            "A result is a number, not a bound such as '<5'.",
            "refuse",
            "conformance",
            "Nothing to mend where the laboratory reports a bound; such a result is not used.",
        ),
        _Law(
            "specimen_after_death",
            "No specimen is taken after the patient's death.",
            "refuse",
            "plausibility",
            "Correct one of the dates.",
        ),
        _Law(
            "unit_suspect",
            "A total ALP is at least 10 U/L and not about 60 times off the patient's others.",
            "flag",
            "plausibility",
            "Check the unit at the laboratory.",
        ),
    ),
    "her2_tests": (
        _Law(
            "ratio_out_of_range",
            "A HER2 to CEP17 ratio lies in 0 to 50.",
            "refuse",
            "plausibility",
            "Correct the ratio.",
        ),
        _Law(
            "copy_number_out_of_range",
            "A HER2 copy number lies in 0 to 200.",
            "refuse",
            "plausibility",
            "Correct the copy number.",
        ),
    ),
    DELIVERY: (
        _Law(
            "configuration_invalid",
            "registry.toml can be read and holds only known keys.",
            "shut",
            "conformance",
            "Correct the key or value that the message names.",
        ),
        _Law(
            "cadence_not_kept",
            "The share of first-line CT intervals off schedule stays within its limit.",
            "shut",
            "plausibility",
            "Check cycle_length_days and the CT dates; [limits] cadence = 1 switches the rule off.",
        ),
    ),
}


def _lay(law: _Law, table: str) -> Rule:
    return Rule(law.id, table, law.sentence, law.severity, law.category, law.mend)


RULES: tuple[Rule, ...] = tuple(
    [_lay(law, table) for law in _GENERAL for table in _tables_for(law.id)]
    + [_lay(law, table) for table, laws in _BY_TABLE.items() for law in laws]
)
"""Every rule on every table it holds for, in the order in which reports list them."""


def rules_of(table: str) -> tuple[Rule, ...]:
    """List the rules of one table, or of `DELIVERY`."""
    return tuple(rule for rule in RULES if rule.table == table)


def rule_of(table: str, rule_id: str) -> Rule:
    """Find one rule; a KeyError says that no such rule holds for the table."""
    for rule in RULES:
        if rule.table == table and rule.id == rule_id:
            return rule
    raise KeyError(f"no rule {rule_id} on {table}")
