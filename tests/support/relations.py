"""Relations of a release, made from their contracts and filled from rows that say only what matters.

Not here: rows (`report_rows.py`, `core_tables.py`), and how a release is really built.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from bpp_etl.warehouse.connection import Connection, quoted, transaction
from bpp_etl.warehouse.ddl import create_table
from schemas.catalog import catalog, relations
from schemas.contract import columns_of

Rows = Sequence[Mapping[str, object]]

REGISTRY = "test_registry"
PROTOCOL = "xu2025"
FILLERS: Mapping[str, object] = {
    "registry": REGISTRY,
    "protocol": PROTOCOL,
    "delivery_status": "admitted",
    "is_suppressed": False,
    "warnings": [],
    "flags": [],
    "sex": "female",
    "regimen": "made up",
    "unit": "U/L",
    "status": "stable",
    "site": "spine",
    "morphology": "osteoblastic",
    "modality": "CT",
    "analyte": "ALP_TOTAL",
    "specimen_site": "primary",
    "last_contact_date": date(2021, 1, 1),
}
"""What a row that does not care gets in a column that must be filled."""


def create_relations(con: Connection) -> None:
    """Create every published relation, empty."""
    with transaction(con):
        for schema, table, contract in relations():
            create_table(con, schema, table, contract)


def insert_rows(con: Connection, relation: str, rows: Rows) -> None:
    """Insert rows, numbered in their order; what they leave out is null, or a filler where it may not be."""
    if not rows:
        return
    schema, table = relation.split(".")
    contract = catalog()[schema][table]
    types = {name: column.dtype.type for name, column in contract.to_schema().columns.items()}
    fillers = {
        column.name: None if column.nullable else FILLERS.get(column.name) for column in columns_of(contract)
    }
    assert {name for row in rows for name in row} <= set(types), relation
    complete = [
        {**fillers, **({"row_number": place} if "row_number" in types else {}), **row}
        for place, row in enumerate(rows, start=1)
    ]
    con.register("inserted", pl.DataFrame(complete, schema=types))
    con.execute(f"insert into {schema}.{quoted(table)} by name select * from inserted")
    con.unregister("inserted")


def rows_in(text: str, **same: object) -> list[dict[str, object]]:
    """Read rows written as a table: names in its first line, cells two blanks apart.

    `.` is null, `[]` and `[a, b]` are lists, yes and no are booleans, and what looks like a number is one.
    Each row gets what is the `same` for all.
    """
    names, *lines = (re.split(r" {2,}", line.strip()) for line in text.strip().splitlines())
    return [{**same, **dict(zip(names, map(_cell, line), strict=True))} for line in lines]


def _cell(text: str) -> object:
    if text in {".", "yes", "no"}:
        return {".": None, "yes": True, "no": False}[text]
    if text.startswith("["):
        return [part for part in text[1:-1].split(", ") if part]
    try:
        return json.loads(text)
    except ValueError:
        return text
