"""What changed since the release before: deliveries, patients, rows, rules, and what moved headline numbers.

Not here: finding it (`bpp_etl/difference/releases.py`). Headline numbers are cells of `quality.change`; the
others compare two releases, so they are cells of no single one and name none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bpp_etl.difference.headlines import name_told, value_told
from bpp_etl.report.figures import Code, Figure, text
from bpp_etl.report.grid import Cell, Grid, grid
from bpp_etl.report.numbers import MINUS, THIN, whole
from bpp_etl.report.section import Section
from bpp_etl.report.tables import ReleaseTables, Row, Table
from bpp_etl.report.words import STEPS, TABLES
from schemas.metrics import HEADLINES, METRICS
from schemas.rules import RULES

if TYPE_CHECKING:
    from bpp_etl.difference.headlines import Headlines
    from bpp_etl.difference.releases import Difference

FIRST = "This is the first release: there is none before it to compare with."
OUTSIDE = "not in the release"
NO_PATIENT = "No patient entered, left or changed place."
NO_NUMBER = "No headline number moved."
_SENTENCES = {(rule.table, rule.id): rule.sentence for rule in RULES}


@dataclass(frozen=True)
class Changes:
    """What the part shows; `why_not` says why there is nothing to compare."""

    why_not: str
    before: Code
    told: tuple[str, ...]
    patients: Grid
    redated: str
    headlines: Grid
    others: str


def changes(tables: ReleaseTables) -> Changes:
    """Gather what changed, for the protocol that the report is about."""
    since = tables.since
    if since is None or isinstance(since, str):
        why_not = FIRST if since is None else f"The release before cannot be compared with: {since}."
        nothing = grid("changes-none", "", (), ())
        return Changes(why_not, Code(""), (), nothing, "", nothing, "")
    headlines = since.headlines.get(tables.protocol)
    return Changes(
        why_not="",
        before=Code(since.before),
        told=tuple(map(typeset, (*(f"{name}: {told}" for name, told in since.deliveries), *since.software))),
        patients=_patients(tables, since),
        redated=_redated(tables, since),
        headlines=_headlines(tables),
        others=_others(headlines, tables.protocol),
    )


def typeset(told: str) -> str:
    """Set words made for a terminal as the page sets its own: arrows, minus signs, narrow spaces."""
    for plain, set_ in (
        (" -> ", " \u2192 "),
        (" %", f"{THIN}%"),
        (" U/L", f"{THIN}U/L"),
        ("p < ", f"p{THIN}<{THIN}"),
    ):
        told = told.replace(plain, set_)
    return re.sub(r"(?<![\w-])-(?=[0-9])", MINUS, told)


def _patients(tables: ReleaseTables, since: Difference) -> Grid:
    rows: list[tuple[Cell, ...]] = [
        (
            STEPS[move.was] if move.was else OUTSIDE,
            STEPS[move.now] if move.now else OUTSIDE,
            whole(move.patients),
        )
        for move in since.moves
        if move.protocol == tables.protocol
    ]
    return grid(
        "changes-patients",
        "Patients who entered, left or changed place",
        ("Where they were", "Where they are now", "#Patients"),
        rows,
        nothing=NO_PATIENT,
    )


def _redated(tables: ReleaseTables, since: Difference) -> str:
    number = since.redated.get(tables.protocol, 0)
    if number == 0:
        return ""
    return f"Candidates that kept their state while a date of the call moved: {whole(number)}."


def _headlines(tables: ReleaseTables) -> Grid:
    table = tables["quality.change"]
    moved = {(row["metric"], row["stratum"]): row for row in table.where(protocol=tables.protocol)}
    rows: list[tuple[Cell, ...]] = [
        (
            text(METRICS[row["metric"]].sentence, " ", Code(name_told(row))),
            *(_side(table, row, side) for side in ("before", "after")),
            _moved_by(row),
        )
        for row in (moved[key] for key in HEADLINES if key in moved)
    ]
    heads = ("Number", "Before", "Now", "Moved by")
    return grid(
        "changes-headlines", "Headline numbers that moved, and by which rows", heads, rows, nothing=NO_NUMBER
    )


def _moved_by(row: Row) -> str:
    """Say which rows moved a number, and where it stands twice as the same, why."""
    told = typeset("; ".join(row["moved_by"]))
    is_seen = value_told(row, "before") != value_told(row, "after")
    return told if is_seen else f"{told}. It moved in digits that are not shown"


def _side(table: Table, row: Row, side: str) -> Figure:
    told = typeset(value_told(row, side))
    return table.figure(row, f"estimate_{side}", lambda _: told, missing=told)


def _others(found: Headlines | None, protocol: str) -> str:
    if found is None:
        return f"The release before did not apply {protocol}: its numbers are not compared."
    still = len(found.unchanged) + len(found.suppressed)
    moved = len(found.moved)
    further = f"{found.others_moved} of {found.others} further estimates"
    return f"{moved} of {moved + still} headline numbers moved, and {further}."


def row_grid(since: Difference, registry: str) -> Grid | None:
    """Lay out how a registry's admitted rows differ; None where they do not."""
    rows: list[tuple[Cell, ...]] = [
        (
            TABLES.get(change.table, change.table),
            *(whole(number) for number in (change.added, change.corrected, change.gone)),
        )
        for change in since.rows
        if change.registry == registry and (change.added or change.corrected or change.gone)
    ]
    heads = ("Table", "#Added", "#Corrected", "#Gone")
    return (
        grid(f"registry-{registry}-rows-changed", "Admitted rows that changed", heads, rows) if rows else None
    )


def rule_grid(since: Difference, registry: str) -> Grid | None:
    """Lay out the rules that are broken now or were before; None where there are none."""
    rows: list[tuple[Cell, ...]] = []
    for change in since.rules:
        if change.registry != registry:
            continue
        sentence = _SENTENCES.get((change.table, change.rule))
        rows.append(
            (
                text(sentence, " " if sentence else None, Code(change.rule)),
                TABLES.get(change.table, change.table),
                whole(change.before),
                whole(change.after),
                change.course,
            )
        )
    heads = ("Rule", "Table", "#Broken before", "#Broken now", "So it is")
    return (
        grid(f"registry-{registry}-rules-changed", "Rules broken before or now", heads, rows)
        if rows
        else None
    )


SECTION = Section("changes", "What changed", changes)
