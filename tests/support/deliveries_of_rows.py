"""Deliveries of a wanted size, with a wanted number of bad rows in every table.

Not here: single cases (`tests/support/row_cases.py`).
"""

from __future__ import annotations

from pathlib import Path

from schemas.tables import TABLES
from tests.support.deliveries import write_texts
from tests.support.row_cases import OWN_COLUMN, CaseDelivery, serial_of, sound

EMPTIED = {
    "patients": "sex",
    "therapy_lines": "regimen",
    "imaging_assessments": "modality",
    "bone_lesions": "site",
    "lab_results": "specimen_date",
    "her2_tests": "test_date",
}
"""The required column that a bad row leaves empty."""


def write_sized(landing: Path, good: int, bad: int, toml: str = "") -> Path:
    """Write a delivery whose tables have `good` rows that hold every rule, and `bad` that break one."""
    made = CaseDelivery()
    for table in TABLES:
        own = OWN_COLUMN[table]
        rows = [{**sound(table, number), own: _own(table, number)} for number in range(good + bad)]
        for row in rows[good:]:
            row[EMPTIED[table]] = ""
        made.tables[table] = rows
    return write_texts(landing, {f"{table}.csv": made.text_of(table) for table in TABLES}, toml=toml)


def _own(table: str, number: int) -> str:
    # The first patient and the first assessment are those that the other rows belong to.
    first = {"patients": "P", "imaging_assessments": "S"}
    if number == 0 and table in first:
        return first[table]
    return serial_of(table, number + 1)
