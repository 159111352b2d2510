"""Creates the measured tables from their contracts and writes rows into them.

Not here: what the rows hold, and the comments, which a release writes on all its tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bpp_etl.measure.rows import Row
from bpp_etl.warehouse.connection import Connection, quoted
from bpp_etl.warehouse.ddl import create_table, insert_rows
from schemas.contract import Contract, columns_of
from schemas.metric import METRIC_TABLES
from schemas.release_quality import EventRule

MEASURED: Mapping[str, tuple[str, type[Contract]]] = {
    **{table: ("metric", contract) for table, contract in METRIC_TABLES.items()},
    "event_rule": ("quality", EventRule),
}
"""Table -> its schema and contract, in the order in which they are written."""


@dataclass(frozen=True)
class MetricSummary:
    """What was written: the protocols measured by, and rows by table."""

    protocols: tuple[str, ...]
    rows: Mapping[str, int]


def write_metrics(con: Connection, protocols: tuple[str, ...], rows: Sequence[Row]) -> MetricSummary:
    """Create and fill `metric.*` and `quality.event_rule`, in place of any that are there.

    The caller owns the transaction.
    """
    create_measured_tables(con)
    return MetricSummary(protocols, write_rows(con, rows))


def create_measured_tables(con: Connection) -> None:
    """Create the measured tables, empty, in place of any that are there."""
    for table, (schema, contract) in MEASURED.items():
        con.execute(f"create schema if not exists {quoted(schema)}")
        con.execute(f"drop table if exists {quoted(schema)}.{quoted(table)}")
        create_table(con, schema, table, contract, is_published=True)


def write_rows(con: Connection, rows: Sequence[Row]) -> dict[str, int]:
    """Insert the rows, table by table in the order of the contracts; return how many each got."""
    written = {}
    for table, (schema, contract) in MEASURED.items():
        values = [row.values for row in rows if row.table == table]
        written[table] = len(values)
        if values:
            insert_values(con, schema, table, contract, values)
    return written


def insert_values(
    con: Connection, schema: str, table: str, contract: type[Contract], rows: Sequence[Mapping[str, object]]
) -> None:
    """Append rows, each by the names of its columns."""
    names = [column.name for column in columns_of(contract)]
    insert_rows(con, schema, table, [[row[name] for name in names] for row in rows], contract)
