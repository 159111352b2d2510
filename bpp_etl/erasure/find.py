"""What was found of patients in a file of ours, and the predicate of the rows that are theirs, and are to go.

Not here: looking for them (`search.py`), and writing the file anew without them (`working.py`,
`releases.py`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import polars as pl

from bpp_etl.admission.ids import KEYS
from bpp_etl.gate.row_numbers import shown
from bpp_etl.warehouse.connection import Connection, literal

DELIVERED = ("raw", "quarantine")
"""Schemas whose cells are as delivered; in all others ids are as the gate read them."""
SOURCE = "as_it_was"
"""How a file is called that is searched, or written anew."""


@dataclass
class Found:
    """What was found in one file: ids as they are read, and the cells that say them, by kind of schema."""

    patients: set[str] = field(default_factory=set)
    assessments: set[str] = field(default_factory=set)
    cells: dict[tuple[bool, str], set[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Say whether anything of them is there."""
        return bool(self.patients or self.assessments)


def show_found(con: Connection, found: Found) -> None:
    """Make the temporary table `gone` of the cells that were found, for `is_gone`."""
    con.execute("create or replace temp table gone (is_delivered boolean, id_column varchar, cell varchar)")
    rows = [
        (is_delivered, column, cell)
        for (is_delivered, column), cells in found.cells.items()
        for cell in sorted(cells)
    ]
    frame = pl.DataFrame(
        rows,
        schema={"is_delivered": pl.Boolean, "id_column": pl.String, "cell": pl.String},
        orient="row",
    )
    with shown(con, "found_cells", frame):
        con.execute("insert into temp.gone from found_cells")


def is_gone(schema: str, columns: Collection[str], registry: str | None = None) -> str | None:
    """Write the predicate of the rows that go; None for a table whose rows are no patient's."""
    told = [
        f"coalesce({column} in (select cell from temp.gone where id_column = '{column}'"
        f" and is_delivered = {str(schema in DELIVERED).lower()}), false)"
        for column in KEYS
        if column in columns
    ]
    if not told:
        return None
    of_registry = f"registry = {literal(registry)} and " if registry and "registry" in columns else ""
    return f"{of_registry}({' or '.join(told)})"


def is_attached(con: Connection, alias: str, schema: str, name: str) -> bool:
    """Say whether an attached file has a table or a view."""
    found = con.execute(
        "select count(*) from"
        " (select database_name, schema_name, table_name as name from duckdb_tables()"
        " union all select database_name, schema_name, view_name from duckdb_views())"
        " where database_name = $alias and schema_name = $schema and name = $name",
        {"alias": alias, "schema": schema, "name": name},
    ).fetchall()
    return found != [(0,)]
