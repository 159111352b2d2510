"""Completing the rows that an adapter yields by a side table: the canonical file of the same table beside it.

Not here: tables that the adapter yields none of, which are loaded like any canonical file.
"""

from __future__ import annotations

from bpp_etl.reading.raw_tables import DATA, IS_DISPUTED, IS_MISALIGNED, SIDE, may_be_typed, typedness
from bpp_etl.warehouse.connection import Connection, count_of, quoted
from schemas.contract import Column, delivered_columns
from schemas.tables import DeliveredTable

LEADS = ("registry", "delivery", "file", "file_digest")
NUMBERS = ("source_row_number", "file_row_number")


def complete(con: Connection, table: DeliveredTable) -> int:
    """Fill what `raw.<table>` leaves empty from the row of the same key in the side table; return the rows.

    A row is disputed (`IS_DISPUTED`) where both say something and it differs, or where the side table has
    several rows of its key. Rows of another key are added. The code `unknown` says nothing.
    """
    name, columns = quoted(table.name), delivered_columns(table.contract)
    key = [column for column in columns if column.name in table.delivered_key]
    others = [column for column in columns if column.name not in table.delivered_key]
    same = " and ".join(f"{_said('made', one)} = {_said('side', one)}" for one in key)
    by_key = ", ".join(_said("told", one) for one in key)
    filled = [f"made.{quoted(one.name)}" for one in key]
    filled += [f"{_filled(one)} as {quoted(one.name)}" for one in others]
    typed = [
        f"made.{typedness(one.name)}"
        if one in key
        else f"case when {_is_empty(one)} then side.{typedness(one.name)} else made.{typedness(one.name)} end"
        f" as {typedness(one.name)}"
        for one in columns
        if may_be_typed(one)
    ]
    added = [f"side.{quoted(one.name)}" for one in columns]
    added += [f"side.{typedness(one.name)}" for one in columns if may_be_typed(one)]
    differs = " or ".join(f"({_differs(one)})" for one in others)
    lead, numbers = (", ".join(f"{{0}}.{one}" for one in names) for names in (LEADS, NUMBERS))
    completed = f"{DATA}.{quoted(table.name + '/completed')}"
    con.execute(
        f"""
        create table {completed} as
        with told as (from {SIDE}.{name}),
        side as (
            select *, row_number() over (partition by {by_key} order by row_number) as copy,
                count(*) over (partition by {by_key}) as copies
            from told
        )
        select {lead.format("made")}, made.row_number, {numbers.format("made")}, {", ".join(filled + typed)},
            coalesce(side.copies > 1 or {differs}, false) as {IS_DISPUTED}, made.{IS_MISALIGNED}
        from raw.{name} as made
        left join side on side.copy = 1 and {same}
        union all
        select {lead.format("side")}, side.row_number + (select coalesce(max(row_number), 0) from raw.{name}),
            {numbers.format("side")}, {", ".join(added)}, false, side.{IS_MISALIGNED}
        from side
        anti join raw.{name} as made on {same}
        order by row_number
        """
    )
    con.execute(f"create or replace view raw.{name} as from {completed}")
    return count_of(con, f"select count(*) from {completed}")


def _said(relation: str, column: Column) -> str:
    """Write what a cell says, NULL where it says nothing."""
    text = f"nullif(trim({relation}.{quoted(column.name)}), '')"
    return f"nullif({text}, 'unknown')" if "unknown" in column.codes else text


def _is_empty(column: Column) -> str:
    return f"{_said('made', column)} is null and {_said('side', column)} is not null"


def _filled(column: Column) -> str:
    name = quoted(column.name)
    return f"case when {_is_empty(column)} then side.{name} else made.{name} end"


def _differs(column: Column) -> str:
    return f"coalesce({_said('made', column)} <> {_said('side', column)}, false)"
