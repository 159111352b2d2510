"""The rules that a row keeps among the others: no copy, one row for each key, a parent; set-based SQL.

Not here: what a breach leads to; each function yields the row numbers that break a rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bpp_etl.gate.row_numbers import NONE, Numbers, select_numbers
from bpp_etl.warehouse.connection import Connection, count_of, quoted
from schemas.contract import delivered_columns
from schemas.rules import rules_of
from schemas.tables import DeliveredTable


@contextmanager
def rows_alike(con: Connection, table: DeliveredTable, relation: str) -> Iterator[bool]:
    """Show, as `alike`, the numbers of all rows that may be copies of others or share a key with others.

    Yields whether there are any. Rows are compared by a hash: of the delivered key, which copies of a row
    share too, or of the whole row where the table has none. Only these few rows are then compared, cell by
    cell.
    """
    names = table.delivered_key or tuple(column.name for column in delivered_columns(table.contract))
    con.execute(
        f"""
        create or replace temp table alike as
        with hashed as (select row_number, hash({", ".join(map(quoted, names))}) as row_hash from {relation}),
        shared as (select row_hash from hashed group by row_hash having count(*) > 1)
        select hashed.row_number from hashed semi join shared on shared.row_hash = hashed.row_hash
        """
    )
    try:
        yield count_of(con, "select count(*) from temp.alike") > 0
    finally:
        con.execute("drop table temp.alike")


def duplicate_rows(con: Connection, table: DeliveredTable, relation: str) -> Numbers:
    """Find, inside `rows_alike`, all but the first of the rows that say the same."""
    names = ", ".join(quoted(column.name) for column in delivered_columns(table.contract))
    return select_numbers(
        con,
        f"""
        select row_number from (
            select row_number,
                row_number() over (partition by {names}, unread_row order by row_number) as copy
            from ({_said(table, relation)})
        ) where copy > 1
        """,
        _refusing(table),
    )


def duplicate_keys(con: Connection, table: DeliveredTable, relation: str) -> Numbers:
    """Find, inside `rows_alike`, every row of a key whose rows do not all say the same."""
    if not table.delivered_key:
        return NONE
    names = ", ".join(quoted(column.name) for column in delivered_columns(table.contract))
    key = [quoted(name) for name in table.delivered_key]
    return select_numbers(
        con,
        f"""
        with told as (
            from ({_said(table, relation)}) where {" and ".join(f"{name} is not null" for name in key)}
        ),
        disagreeing as (
            select {", ".join(key)} from told
            group by {", ".join(key)} having count(distinct row({names}, unread_row)) > 1
        )
        select told.row_number from told
        join disagreeing on {" and ".join(f"told.{name} = disagreeing.{name}" for name in key)}
        """,
        _refusing(table),
    )


def of_keys(con: Connection, table: DeliveredTable, relation: str, keys: str) -> Numbers:
    """Find the rows of the keys that a relation names."""
    key = ", ".join(map(quoted, table.delivered_key))
    return select_numbers(con, f"select row_number from {relation} semi join {keys} using ({key})")


def _said(table: DeliveredTable, relation: str) -> str:
    """Select what the rows of `alike` say: their cells as read, so that spellings do not count.

    Where a row is refused for a cell that could not be read, its text as delivered goes with it. So do the
    times of day of a table without key, whose rows of one day nothing else may tell apart.
    """
    columns = delivered_columns(table.contract)
    typed = ", ".join(f"kept.{quoted(column.name)}" for column in columns)
    texts = ", ".join(f"raw.{quoted(column.name)}" for column in columns)
    days = [f"raw.{quoted(column.name)}" for column in columns if column.kind == "date"]
    times = ", ".join(f"case when contains({day}, ':') then {day} end" for day in days)
    unread = f"case when list_has_any(kept.problems, $refusing) then row({texts}) end"
    return f"""
        select kept.row_number, {typed},
            {unread if table.delivered_key else f"row({unread}, {times})"} as unread_row
        from {relation} as kept
        semi join temp.alike on alike.row_number = kept.row_number
        join raw.{quoted(table.name)} as raw on raw.row_number = kept.row_number
        """


def _refusing(table: DeliveredTable) -> dict[str, object]:
    return {"refusing": [rule.id for rule in rules_of(table.name) if rule.severity == "refuse"]}


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
