"""From which records a patient's last contact follows, as [last_contact] of `registry.toml` states it.

Not here: working it out (`bpp_etl/harmonise/last_contact.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from bpp_etl.errors import shown
from bpp_etl.landing.keys import ConfigurationError, ensure_known, table_of
from schemas.contract import delivered_columns
from schemas.tables import DELIVERABLE

ANY_RECORD = "any_record"
SEEN_ON: Mapping[str, tuple[str, ...]] = {
    "patients": ("metastatic_diagnosis_date",),
    "therapy_lines": ("start_date",),
    "imaging_assessments": ("assessment_date",),
    "lab_results": ("specimen_date",),
    "her2_tests": ("test_date",),
    "drug_exposures": ("start_date",),
}
"""Table -> its days on which a patient was seen: `any_record`, or the table by its name.

The end of a line is none of them, for an export may hold a planned one, or one that it made up.
"""
NEVER = ("birth_date", "last_contact_date", "death_date")
"""Days from which it does not follow, and the death: whoever died was heard of then, whatever is stated."""


def contact_columns() -> tuple[str, ...]:
    """Name every column that may be stated, as `<table>.<column>`."""
    return tuple(
        f"{name}.{column.name}"
        for name, table in DELIVERABLE.items()
        for column in delivered_columns(table.contract)
        if column.kind == "date" and column.name not in NEVER
    )


def last_contact_of(told: Any, where: str) -> tuple[str, ...]:
    """Read [last_contact]: the names of what it follows from."""
    for key in table_of(told, where):
        ensure_known(f"key in [{where}]:", key, ("from",))
    names = told.get("from")
    listed = [names] if isinstance(names, str) else names
    if not isinstance(listed, list) or not listed or not all(isinstance(one, str) for one in listed):
        raise ConfigurationError(
            "registry.toml: from in [last_contact] must name records",
            f'for example from = "{ANY_RECORD}", or from = ["imaging_assessments", "therapy_lines.end_date"]',
        )
    return tuple(dict.fromkeys(one.strip() for one in listed))


def ensure_contacts_are_known(names: Iterable[str], of_format: Collection[str] = ()) -> None:
    """Refuse a name that is no record of ours, and none that the format's adapter offers."""
    known = (ANY_RECORD, *of_format, *SEEN_ON, *contact_columns())
    for name in names:
        ensure_known("record in [last_contact]:", shown(name), known)


def contact_dates(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return table -> columns of the days that are stated; a name that only an adapter knows has none."""
    columns = [column for name in names for column in _columns(name)]
    return {
        table: tuple(dict.fromkeys(column for of, column in columns if of == table))
        for table in dict.fromkeys(table for table, _ in columns)
    }


def _columns(name: str) -> list[tuple[str, str]]:
    if name in contact_columns():
        table, _, column = name.partition(".")
        return [(table, column)]
    tables = SEEN_ON if name == ANY_RECORD else {name: SEEN_ON.get(name, ())}
    return [(table, column) for table, columns in tables.items() for column in columns]
