"""What a part of data quality tells beside its counts: schedule, waivers, columns, what was filled.

Not here: rows and rules (`quality.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bpp_etl.admission.record import EMPTY
from bpp_etl.gate.decision import Unanswered
from bpp_etl.report.figures import NOTHING, Code, Piece, text
from bpp_etl.report.grid import Cell, Grid, grid
from bpp_etl.report.numbers import day
from bpp_etl.report.tables import ReleaseTables, Row
from bpp_etl.report.words import TABLES
from schemas.cadence import StatedCadence


def stated_of(delivery: Row) -> Piece | None:
    """Show the CT schedule that the registry states of its own, if it does."""
    days = delivery["stated_interval_days"]
    return Code(StatedCadence(tuple(days)).in_words()) if days else None


def waiver_of(waiver: Row) -> Piece:
    """Tell of a breach that the registry accepts: until when, who accepts it and why."""
    if not waiver["is_in_force"]:
        said = f" ended on {day(waiver['until'])} and covers nothing"
    elif waiver["tables"]:
        names = ", ".join(TABLES.get(name, name).lower() for name in waiver["tables"])
        said = f" is broken ({names}) and accepted until {day(waiver['until'])}"
    else:
        said = f" is accepted until {day(waiver['until'])} and not broken"
    return text(Code(waiver["rule"]), f"{said}, by {waiver['by']}: {waiver['reason']}")


def unanswered_of(delivery: Row) -> Iterator[str]:
    """Say which warnings of earlier deliveries nobody has answered; nothing where words are withheld."""
    names = ("unanswered", "unanswered_since", "unanswered_warnings")
    for of, since, message in zip(*(delivery[name] or () for name in names), strict=False):
        yield Unanswered.of(of, since, message).in_words()


def columns_of(columns: Sequence[Row], *, is_identifier: bool) -> Iterator[Piece]:
    """Name the columns that were not loaded: those that look like identifiers, or the others."""
    for row in sorted(columns, key=lambda row: (row["table"], row["column"])):
        if row["is_identifier"] == is_identifier:
            yield text(Code(row["column"]), f" in {TABLES.get(row['table'], row['table']).lower()}")


def null_words_of(tables: ReleaseTables, named: dict[str, str]) -> Iterator[Piece]:
    """Count the cells of each column that held a word that means empty."""
    table = tables["quality.null_word"]
    for row in sorted(table.where(**named), key=lambda row: (row["table"], row["column"])):
        where = TABLES.get(row["table"], row["table"]).lower()
        yield text(table.count(row, "cells"), " of ", Code(row["column"]), f" in {where}")


def declarations_of(tables: ReleaseTables, named: dict[str, str], anchor: str) -> Grid | None:
    """Show what the registry declares of its rows, if anything: on whose word, and of how many rows."""
    table = tables["quality.declaration"]
    rows: list[tuple[Cell, ...]] = [
        (
            Code(row["section"]),
            row["states"] or NOTHING,
            text(Code(row["column"]), f" in {TABLES.get(row['table'], row['table']).lower()}"),
            table.count(row, "rows"),
            Code(row["flag"]) if row["flag"] else NOTHING,
            row["source"] or NOTHING,
        )
        for row in sorted(table.where(**named), key=lambda row: row["position"])
    ]
    heads = ("Declaration", "States", "Column", "#Rows", "Flag", "Source")
    title = "Filled, renamed and recoded by what the registry declares"
    return grid(f"{anchor}-declared", title, heads, rows) if rows else None


def empty_rows_of(tables: ReleaseTables, named: dict[str, str]) -> Iterator[Piece]:
    """Count the rows of each file that held nothing."""
    table = tables["quality.source_row"]
    for row in sorted(table.where(**named, meaning=EMPTY), key=lambda row: row["source"]):
        where = TABLES.get(row["source"], row["source"])
        yield text(table.count(row, "rows"), f" in {where[:1].lower()}{where[1:]}")
