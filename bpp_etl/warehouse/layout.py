"""Whether an open file has the tables and columns that this version reads, of the types of their contracts.

Not here: whether the file is damaged (`damage.py`), and what becomes of one that another version wrote.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from bpp_etl.warehouse.connection import Connection, quoted
from bpp_etl.warehouse.damage import STRANGE
from bpp_etl.warehouse.ddl import SQL_TYPES, column_list, is_text, sql_type
from schemas.contract import Contract, columns_of


def columns_known(con: Connection, aliases: Sequence[str]) -> Mapping[tuple[str, str, str], set[str]]:
    """Name the columns of every table of attached files, by alias, schema and table."""
    found: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for *place, column in con.execute(
        "select database_name, schema_name, table_name, column_name from duckdb_columns()"
        " where list_contains($aliases, database_name)",
        {"aliases": list(aliases)},
    ).fetchall():
        found[place[0], place[1], place[2]].add(column)
    return found


def columns_there(known: Collection[str], contract: type[Contract]) -> str:
    """List the columns to copy; one that may be empty is, where its file was written before it was known."""
    return column_list(one for one in columns_of(contract) if one.name in known or not one.nullable)


def columns_as_declared(known: Collection[str], contract: type[Contract]) -> str:
    """List every column of a contract, of its type; one that may be empty is, where it is not there."""
    return ", ".join(
        f"cast({quoted(one.name) if one.name in known or not one.nullable else 'null'} as {sql_type(one)})"
        f" as {quoted(one.name)}"
        for one in columns_of(contract)
    )


def lacking(
    con: Connection, relations: Iterable[tuple[str, str, type[Contract]]], alias: str = "warehouse"
) -> str | None:
    """Name the first table or column that a file has not as its contract says; None where it has them all.

    A column that may be empty may be missing: a version before it was known wrote the file.
    """
    for schema, table, contract in relations:
        relation = f"{schema}.{table}"
        try:
            described = con.execute(f"describe {alias}.{quoted(schema)}.{quoted(table)}").fetchall()
        except STRANGE:
            return relation
        types = {
            str(name): SQL_TYPES["String"] if is_text(str(kind)) else str(kind)
            for name, kind, *_ in described
        }
        for column in columns_of(contract):
            if types.get(column.name, sql_type(column) if column.nullable else None) != sql_type(column):
                return f"{relation}.{column.name}"
    return None
