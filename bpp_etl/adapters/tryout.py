"""Trying an adapter out: in memory, over literal rows such as those of its example.

Not here: what must hold of the rows that come out (`adapters/conformance.py`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from bpp_etl.adapters.description import SOURCE_ROWS, Adapter, text_of
from bpp_etl.adapters.run import LEADS, columns_made, relation_of, relations, running
from bpp_etl.warehouse.connection import Connection, in_memory, quoted
from bpp_etl.warehouse.ddl import insert_rows

EXAMPLE = "example"
"""The folder beside the SELECTs that holds a small delivery: a csv file for each source."""

Rows = Mapping[str, Sequence[Mapping[str, str | None]]]
"""The rows of each source that is delivered, by column; row numbers count from 1."""


@dataclass(frozen=True)
class Made:
    """What an adapter makes: the types of the columns of each SELECT, and its rows, sorted.

    The cells of a row stand in the order of `columns_made`.
    """

    types: Mapping[str, Mapping[str, str]]
    rows: Mapping[str, Sequence[tuple[object, ...]]]

    def leads(self, table: str) -> set[tuple[object, object]]:
        """Return number and file of each row of a source that a table's rows come from."""
        return {(row[-len(LEADS)], row[-1]) for row in self.rows[table]}


def example_of(folder: Traversable, adapter: Adapter) -> dict[str, list[dict[str, str | None]]]:
    """Read the example of each source; AdapterError where one has none. An empty cell is null."""
    found = {}
    for source in adapter.sources:
        text = text_of(folder, f"{EXAMPLE}/{source.name}.csv")
        found[source.name] = [
            {name.strip().lower(): cell or None for name, cell in row.items()}
            for row in csv.DictReader(io.StringIO(text, newline=""), restkey="(without a name)")
        ]
    return found


def file_of(source: str) -> str:
    """Name the file that a source's literal rows are said to come from."""
    return f"{source}.csv"


def made_of(adapter: Adapter, rows: Rows, *, backwards: bool = False) -> Made:
    """Run an adapter over rows; `backwards` lays them into the sources from the last to the first.

    Errors: AdapterError where a SELECT is none, or cannot be run.
    """
    with in_memory() as con:
        con.execute("create schema delivered")
        delivered = {
            source.name: _laid(con, source.name, source.columns, rows[source.name], backwards=backwards)
            for source in adapter.sources
            if source.name in rows
        }
        types, made = {}, {}
        with relations(con, adapter, delivered):
            for name in (*adapter.tables_from(tuple(rows)), SOURCE_ROWS):
                relation = relation_of(con, adapter, f"{name}.sql")
                with running(adapter, f"{name}.sql"):
                    con.execute(f"create temp table _made as from {relation}")
                described = con.execute("describe temp._made").fetchall()
                types[name] = {str(column): str(kind) for column, kind, *_ in described}
                columns = ", ".join(map(quoted, columns_made(adapter, name)))
                made[name] = con.execute(f"select {columns} from temp._made order by all").fetchall()
                con.execute("drop table temp._made")
    return Made(types, made)


def _laid(
    con: Connection,
    source: str,
    columns: Sequence[str],
    rows: Sequence[Mapping[str, str | None]],
    *,
    backwards: bool,
) -> str:
    relation = f"delivered.{quoted(source)}"
    con.execute(
        f"create table {relation}"
        f" ({', '.join(f'{quoted(name)} varchar' for name in columns)}, file varchar, row_number bigint)"
    )
    laid = [
        [*(row.get(column) for column in columns), file_of(source), number]
        for number, row in enumerate(rows, start=1)
    ]
    insert_rows(con, "delivered", source, laid[::-1] if backwards else laid)
    return relation
