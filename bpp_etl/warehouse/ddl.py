"""DDL, comments and column lists, all derived from the contracts.

Not here: any column named by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from bpp_etl.errors import BppError
from bpp_etl.warehouse.connection import Connection, literal, quoted
from schemas.contract import Column, Contract, columns_of, grain_of, key_of, types_of

SQL_TYPES = {
    "String": "VARCHAR",
    "Int64": "BIGINT",
    "Int32": "INTEGER",
    "Float64": "DOUBLE",
    "Boolean": "BOOLEAN",
    "Date": "DATE",
    "List(String)": "VARCHAR[]",
    "List(Int32)": "INTEGER[]",
}


def sql_type(column: Column) -> str:
    """Name the DuckDB type of a contract's column."""
    if column.dtype.startswith("Datetime"):
        return "TIMESTAMP"
    try:
        return SQL_TYPES[column.dtype]
    except KeyError:
        raise BppError(
            f"column {column.name} has the type {column.dtype}, which has no DuckDB type here",
            "add it to SQL_TYPES",
        ) from None


COMPRESSION = {
    "VARCHAR": "dictionary",
    "BIGINT": "bitpacking",
    "INTEGER": "bitpacking",
    "DATE": "bitpacking",
    "TIMESTAMP": "bitpacking",
    "DOUBLE": "alp",
    "BOOLEAN": "rle",
}
"""How columns of a type are compressed in a release.

Left to itself DuckDB tries each way on each column: a third of the time that it takes to copy a registry, for
a file of the same size.
"""


def create_table(
    con: Connection, schema: str, table: str, contract: type[Contract], *, is_published: bool = False
) -> None:
    """Create an empty table with the contract's columns, types, and NOT NULL."""
    lines = [
        f"{quoted(column.name)} {sql_type(column)}{'' if column.nullable else ' not null'}"
        f"{_compressed(column.name, sql_type(column)) if is_published else ''}"
        for column in columns_of(contract)
    ]
    con.execute(f"create schema if not exists {quoted(schema)}")
    con.execute(f"create table {quoted(schema)}.{quoted(table)} ({', '.join(lines)})")


def create_view(
    con: Connection, schema: str, table: str, contract: type[Contract], files: Sequence[str]
) -> None:
    """Create a view of the contract's columns over Parquet files, in their order, or have it name others.

    It names each file: a pattern would pass over one that is missing, and take a folder's name for a pattern.
    """
    con.execute(f"create schema if not exists {quoted(schema)}")
    con.execute(
        f"create or replace view {quoted(schema)}.{quoted(table)}"
        f" as select {column_list(columns_of(contract))}"
        f" from read_parquet([{', '.join(map(literal, files))}], hive_partitioning = false)"
    )


def _compressed(name: str, kind: str) -> str:
    # An id says something else in almost every row: what its texts have in common is their letters.
    way = "fsst" if kind == "VARCHAR" and name.endswith("_id") else COMPRESSION.get(kind)
    return f" using compression {way}" if way else ""


def working_column(name: str, kind: str) -> str:
    """Declare a column of a working file: text is written once for the many rows that say the same.

    An id says something else in almost every row, and gains nothing. Text that does not repeat after all, or
    is too long for it, DuckDB writes as it is.
    """
    repeats = kind == "VARCHAR" and not name.endswith("_id")
    return f"{quoted(name)} {kind}{' using compression dictionary' if repeats else ''}"


def word_type(words: Iterable[str]) -> str:
    """Name the type of text that is one of a few words: a working file keeps it as a number.

    Its order is that of the text, so that the least and the last of them are the same.
    """
    return f"ENUM({', '.join(map(literal, sorted(set(words))))})"


def is_text(kind: str) -> bool:
    """Say whether a column is text for whoever reads it, be it kept as one of a few words."""
    return kind == SQL_TYPES["String"] or kind.startswith("ENUM(")


def comment_table(
    con: Connection, schema: str, table: str, contract: type[Contract], *, is_view: bool = False
) -> None:
    """Write grain and key on the table, or the view, and each description on its column."""
    relation, kind = f"{quoted(schema)}.{quoted(table)}", "view" if is_view else "table"
    comments = [f"comment on {kind} {relation} is {literal(describe_table(contract))}"]
    comments += [
        f"comment on column {relation}.{quoted(column.name)} is {literal(describe(column))}"
        for column in columns_of(contract)
    ]
    con.execute("; ".join(comments))


def describe_table(contract: type[Contract]) -> str:
    """Put a table's grain and key in one line."""
    return f"{grain_of(contract)} Key: {', '.join(key_of(contract))}."


def describe(column: Column) -> str:
    """Put a column's description, unit and codes in one line."""
    parts = [column.description.rstrip(".")]
    if column.unit:
        parts.append(f"Unit: {column.unit}")
    if column.codes:
        parts.append(f"Codes: {', '.join(column.codes)}")
    return ". ".join(parts) + "."


def column_list(columns: Iterable[Column]) -> str:
    """Write columns as an explicit, quoted select list."""
    return ", ".join(quoted(column.name) for column in columns)


HANDED_OVER = "bpp_handed_over"
"""How a frame is called while its rows are appended."""


def insert_rows(
    con: Connection,
    schema: str,
    table: str,
    rows: Sequence[Sequence[object]],
    contract: type[Contract] | None = None,
) -> None:
    """Append rows whose cells stand in the table's order, all in one statement: one for each takes longer.

    With the contract of the table they are handed over by column, in memory that both sides read: as
    parameters a hundred thousand rows take ten times as long.
    """
    if not rows:
        return
    target = f"insert into {quoted(schema)}.{quoted(table)}"
    if contract is None:
        marks = ", ".join(["(" + ", ".join("?" for _ in rows[0]) + ")"] * len(rows))
        con.execute(f"{target} values {marks}", [cell for row in rows for cell in row])
        return
    columns = columns_of(contract)
    frame = pl.DataFrame(
        [
            pl.Series(column.name, cells, dtype=kind)
            for column, kind, cells in zip(columns, types_of(contract), zip(*rows, strict=True), strict=True)
        ]
    )
    con.register(HANDED_OVER, frame.to_arrow())
    try:
        con.execute(f"{target} select {column_list(columns)} from {quoted(HANDED_OVER)}")
    finally:
        con.unregister(HANDED_OVER)
