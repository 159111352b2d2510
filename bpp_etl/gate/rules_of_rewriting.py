"""The functions that hold each row of the delivery before to the same row now: is it there, says it the same.

Not here: how a column is spread over all rows (`gate/rules_of_spread.py`), and the declaration with the
columns that it leaves out (`schemas/before_laws.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bpp_etl.gate.delivery_rule import Found, WholeDelivery, judges, share_in_words
from bpp_etl.gate.row_numbers import shown
from bpp_etl.warehouse.connection import Connection, one_row, quoted
from bpp_etl.warehouse.ddl import sql_type
from bpp_etl.warehouse.parsed import parsed
from schemas.before_laws import KNOWN_BY, NOT_COMPARED, ROUNDED_WITHIN, SAYS_NOTHING
from schemas.contract import Column, columns_of, delivered_columns
from schemas.rules import Rule
from schemas.tables import TABLES, DeliveredTable

OWNER = "patient_id"


@judges("values_rewritten")
def values_rewritten(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of rows of both deliveries that say something else in a column to its limit."""
    limit = whole.limit_of(rule)
    if whole.before is None or rule.table not in whole.judged.tables:
        return Found(0, 0, limit)
    columns = _compared(TABLES[rule.table])
    found = whole.once(Compared(rule.table, rule.parameters["rounded_within"]))
    counts = {
        column.name: rows
        for column, rows in zip(columns, found.rewritten, strict=True)
        if rows >= rule.parameters["least_rows"]
    }
    over = tuple(name for name, rows in counts.items() if rows / found.known > limit)
    told = ", ".join(f"{rule.table}.{name}: {counts[name]} of {found.known}" for name in over)
    words = f"of the rows of the delivery before over {100 * limit:g} % say something else now ({told})"
    return Found(found.known, max(counts.values(), default=0), limit, words, over)


@judges("rows_gone")
def rows_gone(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of the rows before that are gone to its limit, however many have come in."""
    limit = whole.limit_of(rule)
    if whole.before is None or rule.table not in whole.judged.tables:
        return Found(0, 0, limit)
    found = whole.once(Compared(rule.table, ROUNDED_WITHIN))
    gone = found.before - found.still_there
    if gone < rule.parameters["least_rows"]:
        return Found(found.before, 0, limit)
    words = share_in_words(
        gone, found.before, limit, f"rows of {rule.table} in the delivery before are not found again"
    )
    return Found(found.before, gone, limit, words)


@judges("assessments_exchanged")
def assessments_exchanged(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of assessments of both deliveries that are another patient's now to its limit."""
    limit = whole.limit_of(rule)
    if whole.before is None or rule.table not in whole.judged.tables:
        return Found(0, 0, limit)
    found = whole.once(Compared(rule.table, ROUNDED_WITHIN))
    exchanged, owners = found.exchanged
    if owners < rule.parameters["least_patients"]:
        return Found(found.known, 0, limit)
    words = share_in_words(
        exchanged, found.known, limit, "scans of both deliveries are another patient's now"
    )
    return Found(found.known, exchanged, limit, words)


class _Rewritten(NamedTuple):
    """How many rows were there before, are there still, can be compared, and say otherwise by column.

    `exchanged` are those that another patient has while the one before is still there, and whose they were.
    """

    before: int
    still_there: int
    known: int
    rewritten: Sequence[int]
    exchanged: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Compared:
    """Work that several rules go by: a table's rows held to those of the delivery before."""

    table: str
    room: float

    def __call__(self, whole: WholeDelivery) -> _Rewritten:
        """Compare them; where there is no delivery before, no row is known."""
        table = TABLES[self.table]
        if whole.before is None:
            return _Rewritten(0, 0, 0, ())
        return _rewritten(whole.before, whole.con, table, _compared(table), self.room)


def _compared(table: DeliveredTable) -> list[Column]:
    """List the columns that are compared: a key cannot differ, and some move from delivery to delivery."""
    left_out = {*key_of(table), *NOT_COMPARED.get(table.name, {})}
    return [column for column in delivered_columns(table.contract) if column.name not in left_out]


def key_of(table: DeliveredTable) -> tuple[str, ...]:
    """Name the columns that a row is known by from delivery to delivery."""
    return table.delivered_key or KNOWN_BY[table.name]


def digest_of_key(table: DeliveredTable, of: str = "") -> str:
    """Write the digest of what a row is known by, in SQL; `of` stands before the columns."""
    # Of text as text: the one file may keep a code as a number that the other does not.
    types = {column.name: sql_type(column) for column in columns_of(table.contract)}
    return f"hash({', '.join(f'{of}{quoted(name)}::{types[name]}' for name in key_of(table))})"


def _rewritten(
    before: Connection, now: Connection, table: DeliveredTable, columns: Sequence[Column], room: float
) -> _Rewritten:
    """Compare digests of all rows, and cells of those alone whose digests differ: most say what they said."""
    key = digest_of_key(table)
    cells = ", ".join(quoted(column.name) for column in columns)
    said = ", ".join(f"{quoted(column.name)}::{sql_type(column)}" for column in columns)
    rows = f"select {key} as row_key, hash({said}) as said, true as is_single from core.{quoted(table.name)}"
    if not table.delivered_key:
        rows = (
            "select row_key, any_value(said) as said, count(*) = 1 as is_single"
            f" from ({rows}) group by row_key"
        )
    rows_before = before.sql(parsed(before, rows)).pl()
    with shown(now, "rows_before", rows_before):
        compared = (
            "select now.row_key, now.is_single and before.is_single as is_known, now.said <> before.said as"
            f" is_other from ({rows}) as now join rows_before as before on before.row_key = now.row_key"
        )
        both = now.sql(parsed(now, compared)).pl()
    counts_of_rows = len(rows_before), len(both), int(both["is_known"].sum())
    others = both.filter("is_known", "is_other").select("row_key")
    if others.is_empty():
        return _Rewritten(*counts_of_rows, [0] * len(columns))
    with shown(before, "other_rows", others):
        cells_of_others = (
            f"select {key} as row_key, {cells} from core.{quoted(table.name)}"
            f" where {key} in (select row_key from other_rows)"
        )
        cells_before = before.sql(parsed(before, cells_of_others)).pl()
    counts = ", ".join(f"count(*) filter (where {_differs(column, room)})" for column in columns)
    with shown(now, "cells_before", cells_before):
        rewritten = one_row(
            now,
            f"select {counts} from core.{quoted(table.name)} as now"
            f" join cells_before as before on before.row_key = {digest_of_key(table, 'now.')}",
        )
        exchanged = _exchanged(now, table) if OWNER in cells_before.columns else (0, 0)
    return _Rewritten(*counts_of_rows, rewritten, exchanged)


def _exchanged(now: Connection, table: DeliveredTable) -> tuple[int, int]:
    """Count the rows that another patient has, and the patients, still there, who had them before."""
    rows, owners = one_row(
        now,
        f"select count(*), count(distinct before.{OWNER}) from core.{quoted(table.name)} as now"
        f" join cells_before as before on before.row_key = {digest_of_key(table, 'now.')}"
        f" semi join core.patients as patients on patients.{OWNER} = before.{OWNER}"
        f" where now.{OWNER} <> before.{OWNER}",
    )
    return int(rows), int(owners)


def _differs(column: Column, room: float) -> str:
    """Write when a cell says something else; an empty one says nothing, and so does the code unknown."""
    now, before = (f"{relation}.{quoted(column.name)}" for relation in ("now", "before"))
    if column.kind == "number":
        return f"abs({now} - {before}) > {room} * greatest(abs({now}), abs({before}))"
    is_said = " and ".join(f"{cell} <> '{SAYS_NOTHING}'" for cell in (now, before))
    return f"{now} <> {before}" + (f" and {is_said}" if SAYS_NOTHING in column.codes else "")
