"""The laws of the gate in words that hold for many tables.

Not here: those of one table (`schemas/table_laws.py`), and where a law is laid (`schemas/rules.py`).
Categories follow Kahn et al. 2016, eGEMs 4(1):1244: conformance, completeness, plausibility.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["refuse", "flag", "shut"]
Category = Literal["conformance", "completeness", "plausibility"]

DELIVERY = "delivery"
"""Stands for the table in a rule that judges a whole delivery."""


@dataclass(frozen=True)
class Law:
    """A rule before it is laid on the tables it holds for."""

    id: str
    sentence: str
    severity: Severity
    category: Category
    mend: str


GENERAL_LAWS = (
    Law(
        "required_value_missing",
        "Every required column is filled.",
        "refuse",
        "completeness",
        "Fill the empty cells at the source. A constant in [constants.<table>] stands in for a column that "
        "the export lacks; it fills no empty cell.",
    ),
    Law(
        "date_invalid",
        "Every date can be read.",
        "refuse",
        "conformance",
        "Deliver ISO days (2021-03-05), or state date_format in registry.toml.",
    ),
    Law(
        "date_is_partial",
        "Every date names its day.",
        "refuse",
        "conformance",
        "Find the day at the source; a partial date is never completed here.",
    ),
    Law(
        "date_in_future",
        "No date is after the delivery's date.",
        "refuse",
        "plausibility",
        "Correct the date, or the date in the delivery's folder name.",
    ),
    Law(
        "code_unknown",
        "Every code is in its list; codes are case-sensitive.",
        "refuse",
        "conformance",
        "Add the code to [recode.<table>.<column>] in registry.toml, or correct it.",
    ),
    Law(
        "number_invalid",
        "Every number can be read.",
        "refuse",
        "conformance",
        "Deliver plain numbers, and state decimal in registry.toml where it is a comma.",
    ),
    Law(
        "duplicate_row",
        "No row is delivered twice; the first of identical rows is kept.",
        "refuse",
        "conformance",
        "Remove the copies from the export.",
    ),
    Law(
        "duplicate_key",
        "Rows that share a key agree.",
        "refuse",
        "conformance",
        "Decide at the source which of the rows is right.",
    ),
    Law(
        "unknown_patient",
        "Every row belongs to an admitted patient.",
        "refuse",
        "conformance",
        "Deliver the patient, or mend the reason for which the patient was refused.",
    ),
    Law(
        "unknown_assessment",
        "Every lesion belongs to an admitted assessment.",
        "refuse",
        "conformance",
        "Deliver the assessment, or mend the reason for which it was refused.",
    ),
    Law(
        "table_missing",
        "A required table is delivered.",
        "shut",
        "completeness",
        "Add the table to the export.",
    ),
    Law(
        "column_missing",
        "Every required column is delivered.",
        "shut",
        "completeness",
        "Add the column, or say in registry.toml what it is called in the export ([rename.<table>]: theirs = "
        "ours) or what its value always is ([constants.<table>]).",
    ),
    Law(
        "column_duplicated",
        "No column is delivered twice.",
        "shut",
        "conformance",
        "Remove one of the columns of the same name.",
    ),
    Law(
        "file_unreadable",
        "Every file can be read from end to end.",
        "shut",
        "conformance",
        "Export the file again; check delimiter and encoding in registry.toml.",
    ),
    Law(
        "file_ambiguous",
        "A table is delivered in one file.",
        "shut",
        "conformance",
        "Leave one file for each table in the delivery.",
    ),
    Law(
        "file_outside_landing",
        "Every file lies inside its delivery.",
        "shut",
        "conformance",
        "Copy the file into the delivery instead of linking to it.",
    ),
    Law(
        "file_changed_while_read",
        "No file changes while it is read.",
        "shut",
        "conformance",
        "Write the delivery under another name and rename it when it is complete.",
    ),
    Law(
        "required_table_empty",
        "A row of every required table survives.",
        "shut",
        "completeness",
        "Look at the refused rows of the table in quarantine.",
    ),
    Law(
        "refused_share_exceeded",
        "A table's refused share stays within its limit.",
        "shut",
        "plausibility",
        "Look at the refused rows in quarantine; raise the limit in [limits] only with a reason.",
    ),
    Law(
        "rows_not_conserved",
        "Delivered rows are admitted, refused or ignored, and none is lost.",
        "shut",
        "conformance",
        "This is a fault of the software: report it with the release's manifest.",
    ),
)
