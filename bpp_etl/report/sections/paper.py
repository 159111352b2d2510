"""The release beside the printed figures of the seed study, in its conventions and labelled compatible.

Not here: any number of this project's own making; those are in the parts before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bpp_etl.report.figures import NOTHING, Missing, Piece, text
from bpp_etl.report.grid import NOT_ADJUSTED, Cell, Grid, grid
from bpp_etl.report.notes import Notes
from bpp_etl.report.numbers import MINUS, THIN, decimal, fixed, p_value, whole
from bpp_etl.report.section import Section
from bpp_etl.report.tables import HIDDEN, ReleaseTables, Row
from schemas.metric_codes import PAPER_FIGURE

_WRITE: Mapping[str, Callable[[float], str]] = {
    "patients": lambda value: whole(int(value)),
    "percent": lambda value: fixed(value, 1),
    "months": lambda value: fixed(value, 2),
    "U/L": lambda value: decimal(value, 1),
    "p": p_value,
    "area": lambda value: fixed(value, 2),
}
_UNITS: Mapping[str, str] = {
    "patients": "patients",
    "percent": "%",
    "months": "months",
    "U/L": "U/L",
    "p": "p",
    "area": "area",
}


OURS = Missing("not given; ours")


@dataclass(frozen=True)
class Paper:
    """What the part shows; `doi` is none where the release has no comparison."""

    doi: str | None
    table: Grid
    notes: Notes


def paper(tables: ReleaseTables) -> Paper:
    """Gather the study's figures with this release's compatible ones."""
    notes = Notes("paper")
    table = tables["metric.paper_comparison"]
    rows = sorted(table.where(protocol=tables.protocol), key=lambda row: int(row["position"]))
    heads = (
        "Figure",
        "Unit",
        "The study prints",
        "#Compatible, this release",
        "#Symmetric 95\u202f% interval",
        "#Patients",
        "#Counted",
        "Notes",
    )
    return Paper(
        doi=rows[0]["doi"] if rows else None,
        table=grid(
            "paper-table",
            f"Figures of the seed study, and the compatible ones of this release{NOT_ADJUSTED}",
            heads,
            [_cells(tables, row, notes) for row in rows],
            nothing="This release has no comparison with the seed study.",
        ),
        notes=notes,
    )


def _cells(tables: ReleaseTables, row: Row, notes: Notes) -> tuple[Cell, ...]:
    table, write = tables["metric.paper_comparison"], _WRITE[row["unit"]]
    limits: Piece = NOTHING
    if row["compatible_low"] is not None and row["compatible_high"] is not None:
        limits = text(
            table.figure(row, "compatible_low", write), " to ", table.figure(row, "compatible_high", write)
        )
    has_events = row["events"] is not None or "suppressed" in row["warnings"]
    return (
        PAPER_FIGURE[row["figure"]].rstrip("."),
        _UNITS[row["unit"]],
        _printed(row),
        table.figure(row, "compatible_estimate", write, HIDDEN if row["is_suppressed"] else "not given"),
        limits,
        table.count(row, "patients"),
        table.count(row, "events") if has_events else NOTHING,
        notes.marks(row["warnings"] if row["compatible_estimate"] is not None else ()),
    )


def _printed(row: Row) -> Piece | str:
    """Write what the study prints with the signs of this page; what it does not give is ours."""
    told: str | None = row["published_text"]
    if told is None:
        return OURS
    if row["published"] is not None and row["published"] < 0:
        return told.replace("-", MINUS, 1)
    return told.replace(" %", f"{THIN}%").replace("-", " to ").replace("<", f"<{THIN}")


SECTION = Section("paper", "Beside the seed study", paper, is_folded=True)
