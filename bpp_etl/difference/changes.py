"""Counts what differs between two releases, the one in use (`warehouse`) and one before it (`EARLIER`).

Not here: words (`release/told.py`) and what moved a number (`movers.py`). Counts only; no id leaves this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bpp_etl.warehouse.connection import Connection, one_row, quoted
from bpp_etl.warehouse.ddl import column_list
from bpp_etl.warehouse.select import Select, select_named
from schemas.contract import Contract, columns_of
from schemas.tables import TABLES

PACKAGE = "bpp_etl.difference"
EARLIER = "earlier"
CATALOGS = (EARLIER, "warehouse")

IDENTITY = {
    name: table.delivered_key
    or {
        "lab_results": ("patient_id", "analyte", "specimen_date", "laboratory"),
        "her2_tests": ("patient_id", "test_date", "specimen_site"),
    }[name]
    for name, table in TABLES.items()
}
"""What makes two rows of different deliveries one fact: then a difference is a correction.

It is the delivered key; a row number names a row within one delivery only.
"""

NOT_COMPARED = {"row_number", "flags"}
"""Where a row lay in its file, and what the software remarked, are no part of what a registry said."""


@dataclass(frozen=True)
class RowChange:
    """How the admitted rows of one registry's table differ, and how many were refused before and after."""

    registry: str
    table: str
    added: int
    corrected: int
    gone: int
    admitted_before: int
    admitted_after: int
    refused_before: int
    refused_after: int


def selected(con: Connection, name: str, parameters: dict[str, object] | None = None) -> list[dict[str, Any]]:
    """Return the rows of a SELECT file of this package by column name."""
    return select_named(con, Select(PACKAGE, name), parameters or {})


def is_in_both(con: Connection, relation: str, columns: Sequence[str]) -> bool:
    """Say whether both releases have all these columns of `schema.table`; other versions may lack some."""
    schema, _, table = relation.partition(".")
    held = con.execute(
        "select database_name, column_name from duckdb_columns()"
        " where schema_name = $schema and table_name = $table",
        {"schema": schema, "table": table},
    ).fetchall()
    return {(catalog, name) for catalog in CATALOGS for name in columns} <= set(held)


def registries_that_differ(
    con: Connection, relation: str, columns: Sequence[str], protocol: str | None = None
) -> set[str]:
    """Name the registries whose rows of `schema.table` differ in the columns, whatever the order of rows."""
    listed = ", ".join(quoted(name) for name in columns)
    where = "where protocol = $protocol" if protocol is not None else ""
    found = []
    for catalog in CATALOGS:
        rows = con.execute(
            f"select registry, count(*), sum(hash({listed})::hugeint)::varchar"
            f" from {catalog}.{relation} {where} group by registry",
            {"protocol": protocol} if protocol is not None else {},
        ).fetchall()
        found.append({str(registry): told for registry, *told in rows})
    before, after = found
    return {
        registry for registry in before.keys() | after.keys() if before.get(registry) != after.get(registry)
    }


def compared_columns(contract: type[Contract]) -> list[str]:
    """Name the columns that say something of a patient."""
    return [column.name for column in columns_of(contract) if column.name not in NOT_COMPARED]


def row_changes(con: Connection) -> list[RowChange]:
    """List every registry's table in which rows were added, corrected, left out or refused otherwise."""
    differing = {
        (registry, name)
        for name, table in TABLES.items()
        for registry in registries_that_differ(con, f"core.{quoted(name)}", compared_columns(table.contract))
    }
    changes = []
    for row in selected(con, "row_count"):
        registry, name = row.pop("registry"), row.pop("table")
        is_changed = (registry, name) in differing
        added, corrected, gone = _admitted_changes(con, registry, name) if is_changed else (0, 0, 0)
        change = RowChange(registry, name, added=added, corrected=corrected, gone=gone, **row)
        if is_changed or change.refused_before != change.refused_after:
            changes.append(change)
    return changes


def _admitted_changes(con: Connection, registry: str, table: str) -> tuple[int, int, int]:
    """Count rows added, corrected and gone: of one identity, one more and one fewer is a correction."""
    columns = columns_of(TABLES[table].contract)
    identity = ", ".join(quoted(name) for name in IDENTITY[table])
    told = column_list(column for column in columns if column.name not in NOT_COMPARED)
    sides = " union all ".join(
        f"select {identity}, hash({told}) as told, {sign} as side"
        f" from {catalog}.core.{quoted(table)} where registry = $registry"
        for catalog, sign in zip(CATALOGS, (-1, 1), strict=True)
    )
    added, corrected, gone = one_row(
        con,
        f"""
        with counted as (
            select {identity}, told, sum(side) as surplus from ({sides}) as sides group by {identity}, told
        ),
        facts as (
            select
                sum(greatest(surplus, 0)) as more,
                sum(greatest(-surplus, 0)) as fewer
            from counted
            group by {identity}
        )
        select
            coalesce(sum(more - least(more, fewer)), 0),
            coalesce(sum(least(more, fewer)), 0),
            coalesce(sum(fewer - least(more, fewer)), 0)
        from facts
        """,
        {"registry": registry},
    )
    return int(added), int(corrected), int(gone)
