"""The one runner of SELECT files: into a temporary table, a table of the warehouse, rows, or a frame.

Not here: what the SELECTs say (each package has its own), and opening DuckDB (`connection.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeAlias

from bpp_etl.errors import BppError
from bpp_etl.warehouse.connection import Connection, is_there, quoted
from bpp_etl.warehouse.ddl import create_table
from bpp_etl.warehouse.parsed import parsed
from schemas.contract import Contract, columns_of

if TYPE_CHECKING:
    import numpy.typing as npt
    import polars as pl

Parameters = Mapping[str, object]
Column: TypeAlias = "npt.NDArray[Any]"


@dataclass(frozen=True)
class Select:
    """One SELECT file: `package` holds it, `name` is the file and the relation that it yields."""

    package: str
    name: str


@cache
def read_select(step: Select) -> str:
    """Return the text of a SELECT file."""
    return (files(step.package) / "sql" / f"{step.name}.sql").read_text(encoding="utf-8")


def used_parameters(text: str, parameters: Parameters) -> dict[str, object]:
    """Pick the parameters that a SELECT names; the database refuses any that it does not."""
    names = re.findall(r"\$([a-z_][a-z0-9_]*)", re.sub(r"--.*", "", text))
    missing = sorted(set(names) - set(parameters))
    if missing:
        raise BppError(f"a SELECT asks for {', '.join(missing)}, which nothing supplies")
    return {name: _bindable(parameters[name]) for name in names}


def run_step(con: Connection, step: Select, parameters: Parameters) -> None:
    """Put the rows of a SELECT file into a temporary table of its name, replacing the one before."""
    text = read_select(step)
    made = parsed(con, f"create or replace temp table {quoted(step.name)} as {text}")
    con.execute(made, used_parameters(text, parameters))


def select_frame(con: Connection, select: Select, parameters: Parameters) -> pl.DataFrame:
    """Return the rows of a SELECT file as a polars frame."""
    text = read_select(select)
    found: pl.DataFrame = con.sql(parsed(con, text), params=used_parameters(text, parameters)).pl()
    return found


def select_named(con: Connection, select: Select, parameters: Parameters) -> list[dict[str, Any]]:
    """Return the rows of a SELECT file with few of them, each by column name."""
    text = read_select(select)
    return named_rows(con.execute(parsed(con, text), used_parameters(text, parameters)))


def named_rows(result: Connection) -> list[dict[str, Any]]:
    """Return the rows that a statement has found, each by column name."""
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def fill_table(con: Connection, schema: str, table: str, step: Select, parameters: Parameters) -> None:
    """Append the rows of a SELECT file to a table that is there (`ensure_table`), columns by name."""
    text = read_select(step)
    filled = parsed(con, f"insert into {quoted(schema)}.{quoted(table)} by name {text}")
    con.execute(filled, used_parameters(text, parameters))


def ensure_table(con: Connection, schema: str, table: str, contract: type[Contract]) -> None:
    """Create the table from its contract unless it is there with all of its columns.

    One that lacks any is of an earlier version: its rows are derived, and nothing of it is kept.
    """
    if not has_table(con, schema, table, [column.name for column in columns_of(contract)]):
        con.execute(f"drop table if exists {quoted(schema)}.{quoted(table)}")
        create_table(con, schema, table, contract)


def has_table(con: Connection, schema: str, table: str, columns: Sequence[str] = ()) -> bool:
    """Say whether the database in use has the table, with all of the columns."""
    # Asked of the table alone: a look at all columns would bind every view there is.
    if not is_there(con, schema, table):
        return False
    described = con.execute(f"describe {quoted(schema)}.{quoted(table)}").fetchall()
    return {str(name) for name, *_ in described}.issuperset(columns)


def drop_relations(con: Connection, names: Sequence[str]) -> None:
    """Drop the temporary tables that the steps left behind, and the views of what was kept."""
    if not names:
        return
    views = {
        str(name)
        for (name,) in con.execute("select view_name from duckdb_views() where temporary").fetchall()
    }
    for name in names:
        kind = "view" if name in views else "table"
        con.execute(f"drop {kind} if exists temp.{quoted(name)}")


def _bindable(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
