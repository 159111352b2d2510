"""The laws of the gate in words: those that hold for many tables, and those of one.

Not here: which tables a general law is laid on (`schemas/rules.py`).
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

TABLE_LAWS: dict[str, tuple[Law, ...]] = {
    "patients": (
        Law(
            "birth_after_diagnosis",
            "A patient is born before metastatic disease is diagnosed.",
            "refuse",
            "plausibility",
            "Correct one of the dates.",
        ),
        Law(
            "birth_before_1900",
            "A birth is not before 1900.",
            "refuse",
            "plausibility",
            "Correct the date of birth.",
        ),
        Law(
            "death_before_diagnosis",
            "Death does not come before the diagnosis of metastatic disease.",
            "refuse",
            "plausibility",
            "Correct one of the dates.",
        ),
        Law(
            "contact_after_death",
            "The last contact is not after death.",
            "refuse",
            "plausibility",
            "Correct one of the dates.",
        ),
    ),
    "therapy_lines": (
        Law(
            "end_before_start",
            "A line does not end before it starts.",
            "refuse",
            "plausibility",
            "Correct one of the dates.",
        ),
        Law(
            "line_number_invalid",
            "A line number is 1 or more.",
            "refuse",
            "conformance",
            "Number the lines from 1.",
        ),
        Law(
            "cycle_length_out_of_range",
            "A cycle lasts 7 to 84 days.",
            "refuse",
            "plausibility",
            "Correct the length, or leave it empty.",
        ),
    ),
    "imaging_assessments": (
        Law(
            "assessment_after_death",
            "No assessment is after the patient's death.",
            "refuse",
            "plausibility",
            "Correct one of the dates.",
        ),
        Law(
            "assessment_before_birth",
            "No assessment is before the patient's birth.",
            "refuse",
            "plausibility",
            "Correct one of the dates.",
        ),
    ),
    "lab_results": (
        Law(
            "value_not_positive",
            "A result is above zero.",
            "refuse",
            "plausibility",
            "Correct the value.",
        ),
        Law(
            "value_implausible",
            "A total ALP is at most 20000 U/L.",
            "refuse",
            "plausibility",
            "Correct the value or its unit.",
        ),
        Law(
            "limit_not_positive",
            "An upper limit of normal is above zero.",
            "refuse",
            "plausibility",
            "Correct the limit, or leave it empty.",
        ),
        Law(
            "unit_missing",
            "Every result states its unit.",
            "refuse",
            "completeness",
            "Deliver the unit; it is never guessed. If the export has no unit column, state the unit in "
            "[constants.lab_results]; an empty one must be left out of the export for that.",
        ),
        Law(
            "unit_not_convertible",
            "Every unit can be converted to U/L, or is ug/L for bone ALP.",
            "refuse",
            "conformance",
            "Map the laboratory's spelling in [recode.lab_results.unit], or deliver another unit.",
        ),
        Law(
            "value_is_censored",
            "A result is a number, not a bound such as '<5'.",
            "refuse",
            "conformance",
            "Nothing to mend where the laboratory reports a bound; such a result is not used.",
        ),
        Law(
            "specimen_after_death",
            "No specimen is taken after the patient's death.",
            "refuse",
            "plausibility",
            "Correct one of the dates.",
        ),
        Law(
            "unit_suspect",
            "A total ALP is at least 10 U/L and not about 60 times off the patient's others.",
            "flag",
            "plausibility",
            "Check the unit at the laboratory.",
        ),
    ),
    "her2_tests": (
        Law(
            "ratio_out_of_range",
            "A HER2 to CEP17 ratio lies in 0 to 50.",
            "refuse",
            "plausibility",
            "Correct the ratio.",
        ),
        Law(
            "copy_number_out_of_range",
            "A HER2 copy number lies in 0 to 200.",
            "refuse",
            "plausibility",
            "Correct the copy number.",
        ),
    ),
    DELIVERY: (
        Law(
            "configuration_invalid",
            "registry.toml can be read and holds only known keys.",
            "shut",
            "conformance",
            "Correct the key or value that the message names.",
        ),
        Law(
            "cadence_not_kept",
            "The share of first-line CT intervals off schedule stays within its limit.",
            "shut",
            "plausibility",
            "Check cycle_length_days and the CT dates; [limits] cadence = 1 switches the rule off.",
        ),
    ),
}
