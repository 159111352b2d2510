"""Completing the rows that an adapter yields by a side table: the canonical file of the same table beside it.

Not here: tables that the adapter yields none of, which are loaded like any canonical file.
"""

from __future__ import annotations

from bpp_etl.adapters.run import APPROXIMATED
from bpp_etl.reading.raw_tables import (
    CONTACT,
    DATA,
    DECLARED,
    DISPUTED,
    IS_MISALIGNED,
    MADE,
    NOT_APPROXIMATED,
    SIDE,
    may_be_typed,
    typedness,
)
from bpp_etl.reading.remembered import SideTable
from bpp_etl.warehouse.connection import Connection, literal, one_row, quoted
from schemas.contract import Column, delivered_columns
from schemas.tables import DeliveredTable

LEADS = ("registry", "delivery", "file", "file_digest")
NUMBERS = ("source_row_number", "file_row_number")
MOST_NAMED = 8
"""So many rows whose key the source lacks are named."""


def complete(con: Connection, table: DeliveredTable) -> str:
    """Fill what a table of `MADE` leaves empty from the row of the same key in the side table, in `DATA`.

    A cell is `DISPUTED` where both say something and it differs, and the key where the side table has several
    rows of it. Rows of another key are added, numbered after those of the source, and all of a table
    whose rows nothing names but their number. The code `unknown` says nothing; a cell that is only
    approximated, and a last contact that only follows from other records, give way to what is recorded.
    Returns the relation.
    """
    name, columns = quoted(table.name), delivered_columns(table.contract)
    key, others = _parted(table)
    same = _same(key)
    by_key = ", ".join(_said("told", one) for one in key) or "row_number"
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
    shared = f"[{', '.join(literal(one.name) for one in key)}]"
    differing = ", ".join(f"case when {_differs(one)} then {literal(one.name)} end" for one in others)
    disputed = (
        f"case when side.copies > 1 then {shared}"
        f" else list_filter([{differing}]::varchar[], lambda one: one is not null) end"
    )
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
            nullif({disputed}, []) as {DISPUTED}, made.{IS_MISALIGNED},
            {_still_declared(others)} as {DECLARED}, {_still_near(others)} as {APPROXIMATED}
        from {MADE}.{name} as made
        left join side on side.copy = 1 and {same}
        union all
        select {lead.format("side")},
            side.row_number + (select coalesce(max(row_number), 0) from {MADE}.{name}),
            side.source_row_number + (select coalesce(max(source_row_number), 0) from {MADE}.{name}),
            side.file_row_number, {", ".join(added)}, null::varchar[], side.{IS_MISALIGNED},
            null::varchar[], {NOT_APPROXIMATED}
        from side
        anti join {MADE}.{name} as made on {same}
        order by row_number
        """
    )
    return completed


def account(con: Connection, table: DeliveredTable, rows: int, source_rows: int) -> SideTable:
    """Count what became of the `rows` of a side table beside the `source_rows` of `MADE`.

    Of a key that the side table has twice the first row counts as the one that completes.
    """
    key, others = _parted(table)
    completes = " or ".join(map(_is_empty, others)) or "false"
    is_named = " and ".join(f"{_said('side', one)} is not null" for one in key) or "false"
    by_key = ", ".join(_said("told", one) for one in key) or "row_number"
    side = f"{SIDE}.{quoted(table.name)}"
    con.execute(
        f"""
        create temp table _beside as
        with side as (
            select *, row_number() over (partition by {by_key} order by row_number) as copy
            from {side} as told
        )
        select side.row_number, any_value(side.file) as file,
            any_value(side.file_row_number) as file_row_number,
            count(made.row_number) = 0 as is_added,
            bool_or(made.row_number is not null and side.copy = 1 and ({completes})) as is_completing,
            bool_or({is_named}) as is_named
        from side
        left join {MADE}.{quoted(table.name)} as made on {_same(key)}
        group by side.row_number
        """
    )
    completed, added, strangers = one_row(
        con,
        "select count(*) filter (is_completing), count(*) filter (is_added),"
        " count(*) filter (is_added and is_named) from temp._beside",
    )
    found = con.execute(
        "select file, list(file_row_number order by file_row_number)[:$most] from temp._beside"
        " where is_added and is_named group by file order by file",
        {"most": MOST_NAMED},
    ).fetchall()
    con.execute("drop table temp._beside")
    file, numbers = found[0] if found else ("", ())
    return SideTable(
        table.name, rows, source_rows, completed, added, strangers, str(file), tuple(numbers), len(found)
    )


def _parted(table: DeliveredTable) -> tuple[list[Column], list[Column]]:
    """Part the delivered columns of a table into those of its key and the others."""
    columns = delivered_columns(table.contract)
    return (
        [column for column in columns if column.name in table.delivered_key],
        [column for column in columns if column.name not in table.delivered_key],
    )


def _same(key: list[Column]) -> str:
    return " and ".join(f"{_said('made', one)} = {_said('side', one)}" for one in key) or "false"


def _said(relation: str, column: Column) -> str:
    """Write what a cell says, NULL where it says nothing."""
    text = f"nullif(trim({relation}.{quoted(column.name)}), '')"
    if (relation, column.name) == ("made", CONTACT):
        text = f"case when made.{DECLARED} is null then {text} end"
    if relation == "made":
        is_near = f"list_contains(made.{APPROXIMATED}, {literal(column.name)})"
        text = f"case when {is_near} then null else {text} end"
    return f"nullif({text}, 'unknown')" if "unknown" in column.codes else text


def _still_declared(columns: list[Column]) -> str:
    said = [_said("side", one) for one in columns if one.name == CONTACT]
    return f"case when {said[0]} is null then made.{DECLARED} end" if said else f"made.{DECLARED}"


def _still_near(columns: list[Column]) -> str:
    """Write which columns are approximated still: those that the side table says nothing of."""
    said = ", ".join(
        f"case when {_said('side', one)} is not null then {literal(one.name)} end" for one in columns
    )
    left = f"list_filter(made.{APPROXIMATED}, lambda one: not list_contains([{said}], one))"
    return f"case when len({left}) > 0 then {left} end"


def _is_empty(column: Column) -> str:
    return f"{_said('made', column)} is null and {_said('side', column)} is not null"


def _filled(column: Column) -> str:
    name = quoted(column.name)
    return f"case when {_is_empty(column)} then side.{name} else made.{name} end"


def _differs(column: Column) -> str:
    return f"coalesce({_said('made', column)} <> {_said('side', column)}, false)"
