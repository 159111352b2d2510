"""In which columns the rows that are refused broke their rules.

A rule that is about the same columns in every row says so in its declaration. Of the others, which are about
whichever cells break them, the cells are noted while a table is judged. Not here: judging a row.
"""

from __future__ import annotations

import datetime as dt

from bpp_etl.gate.row_rules import is_seen_in_text
from bpp_etl.harmonise.parse import CONTACT, MISSING, unread_cells
from bpp_etl.landing.registry_config import RegistryConfig
from bpp_etl.warehouse.connection import Connection, count_of, literal, quoted
from bpp_etl.warehouse.parsed import parsed
from schemas.rules import rules_of
from schemas.tables import DeliveredTable

UNREAD = "unread_row"
"""The rows with cells that could not be read, and the rules that they broke by it."""


def expect_cells(con: Connection) -> None:
    """Create `broken_cell`: one row for each rule, row and column in which a cell broke it."""
    con.execute(
        "create or replace temp table broken_cell (rule varchar, row_number bigint, column_name varchar)"
    )


def forget_cells(con: Connection) -> None:
    """Drop what was noted."""
    con.execute("drop table temp.broken_cell")


def note_cells(con: Connection, rule: str, column: str, rows: str) -> None:
    """Note that a column's cells broke a rule in the rows of a relation."""
    told = {"rule": rule, "column": column}
    con.execute(f"insert into temp.broken_cell select $rule, row_number, $column from {rows}", told)


def find_cells(con: Connection, table: DeliveredTable, config: RegistryConfig, delivered_on: dt.date) -> None:
    """Note which cells could not be read, of the rows that broke a rule for it.

    Their text is read again, and no other row's. `core` holds them still.
    """
    of_text = [rule.id for rule in rules_of(table.name) if rule.is_of_cells and is_seen_in_text(rule.law)]
    con.execute(
        f"create or replace temp table {UNREAD} as"
        " select rule, row_number from temp.broken where list_contains($rules, rule)",
        {"rules": of_text},
    )
    if count_of(con, f"select count(*) from temp.{UNREAD}"):
        name = quoted(table.name)
        rows = f"(from raw.{name} semi join temp.{UNREAD} using (row_number))"
        cells = unread_cells(table, config, delivered_on, rows)
        con.execute(
            parsed(
                con,
                "insert into temp.broken_cell select rule, row_number, column_name"
                f" from ({cells.sql}) as cell semi join temp.{UNREAD} using (rule, row_number)"
                f" where not ({_is_filled_since(table)})",
            ),
            cells.parameters,
        )
    con.execute(f"drop table temp.{UNREAD}")


def _is_filled_since(table: DeliveredTable) -> str:
    """Write of which cells it turned out that something else fills them: the last contact."""
    of, column = CONTACT
    if table.name != of:
        return "false"
    return (
        f"rule = {MISSING} and column_name = {literal(column)} and row_number in"
        f" (select row_number from core.{quoted(of)} where {quoted(column)} is not null)"
    )


def broken_columns(table: DeliveredTable) -> str:
    """Write the SELECT of the refused rows with `broken_columns`, the columns that their rules are about."""
    declared = ", ".join(
        f"({literal(rule.id)}, {literal(name)})" for rule in rules_of(table.name) for name in rule.columns
    )
    return f"""
        select row_number, list_sort(list(distinct column_name)) as broken_columns
        from (
            select row_number, column_name from temp.broken
            join (values {declared}) as about (rule, column_name) using (rule)
            where severity = 'refuse'
            union all
            select row_number, column_name from temp.broken_cell
        )
        group by row_number
        """
