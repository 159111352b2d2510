"""The rules that a row keeps among the others: no copy, one row for each key, a parent; set-based SQL.

Not here: what a breach leads to; each function yields the row numbers that break a rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bpp_etl.gate.row_numbers import NONE, Numbers, select_numbers
from bpp_etl.warehouse.connection import Connection, quoted
from schemas.contract import delivered_columns
from schemas.tables import DeliveredTable


@contextmanager
def rows_alike(con: Connection, table: DeliveredTable, relation: str) -> Iterator[None]:
    """Show, as `alike`, the numbers of all rows that may be copies of others or share a key with others.

    Rows are compared by a hash: of the delivered key, which copies of a row share too, or of the whole row
    where the table has none. Only these few rows are then compared to the letter.
    """
    names = table.delivered_key or tuple(column.name for column in delivered_columns(table.contract))
    source = relation if table.delivered_key else f"raw.{quoted(table.name)}"
    con.execute(
        f"""
        create or replace temp table alike as
        with hashed as (select row_number, hash({", ".join(map(quoted, names))}) as row_hash from {source}),
        shared as (select row_hash from hashed group by row_hash having count(*) > 1)
        select hashed.row_number from hashed semi join shared on shared.row_hash = hashed.row_hash
        """
    )
    try:
        yield
    finally:
        con.execute("drop table temp.alike")


def duplicate_rows(con: Connection, table: DeliveredTable) -> Numbers:
    """Find, inside `rows_alike`, all but the first of the rows whose delivered text is identical."""
    listed = ", ".join(f"raw.{quoted(column.name)}" for column in delivered_columns(table.contract))
    return select_numbers(
        con,
        f"""
        select row_number from (
            select raw.row_number,
                row_number() over (partition by {listed} order by raw.row_number) as copy
            from raw.{quoted(table.name)} as raw
            semi join temp.alike on alike.row_number = raw.row_number
        ) where copy > 1
        """,
    )


def duplicate_keys(con: Connection, table: DeliveredTable, relation: str) -> Numbers:
    """Find, inside `rows_alike`, every row of a key whose delivered rows do not all say the same."""
    if not table.delivered_key:
        return NONE
    key = [quoted(name) for name in table.delivered_key]
    listed = ", ".join(f"raw.{quoted(column.name)}" for column in delivered_columns(table.contract))
    return select_numbers(
        con,
        f"""
        with told as (
            select kept.row_number, {", ".join(f"kept.{name}" for name in key)},
                row({listed}) as delivered_row
            from {relation} as kept
            semi join temp.alike on alike.row_number = kept.row_number
            join raw.{quoted(table.name)} as raw on raw.row_number = kept.row_number
            where {" and ".join(f"kept.{name} is not null" for name in key)}
        ),
        disagreeing as (
            select {", ".join(key)} from told
            group by {", ".join(key)} having count(distinct delivered_row) > 1
        )
        select told.row_number from told
        join disagreeing on {" and ".join(f"told.{name} = disagreeing.{name}" for name in key)}
        """,
    )


def without_parent(con: Connection, table: DeliveredTable, relation: str) -> Numbers:
    """Find the rows whose parent is not among the admitted rows of its table."""
    if table.parent is None:
        return NONE
    column = quoted(table.parent.column)
    return select_numbers(
        con,
        f"""
        select child.row_number from {relation} as child
        anti join core.{quoted(table.parent.table)} as parent on parent.{column} = child.{column}
        where child.{column} is not null
        """,
    )
