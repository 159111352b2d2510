"""A table of the report: caption, heads, rows, and what is said where there are no rows.

Not here: what is in a cell (`figures.py`) and the html of a table (`templates/macros.html.j2`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bpp_etl.report.figures import Piece


@dataclass(frozen=True)
class Span:
    """A cell that stands for several rows, one under the other."""

    content: Piece | str
    rows: int


Cell = Piece | str | Span | None
"""None where a cell from above reaches down."""


@dataclass(frozen=True)
class Head:
    """One column's head; numbers are set flush right."""

    label: str
    is_number: bool = False


P_VALUE = Head("p", is_number=True)
NOT_ADJUSTED = " (p-values are not adjusted for their number)"


@dataclass(frozen=True)
class Grid:
    """One table; the first cell of each row heads the row."""

    anchor: str
    caption: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    nothing: str = "Nothing to show."


def spread(group: Iterable[tuple[Cell, ...]], *columns: int) -> list[tuple[Cell, ...]]:
    """Let the first row's cells in some columns stand for all rows of a group."""
    rows = list(group)
    spread_rows: list[tuple[Cell, ...]] = []
    for place, row in enumerate(rows):
        cells = list(row)
        for column in columns:
            content = cells[column]
            is_first = place == 0 and content is not None and not isinstance(content, Span)
            cells[column] = Span(content, len(rows)) if is_first else None  # type: ignore[arg-type]
        spread_rows.append(tuple(cells))
    return spread_rows


def grid(
    anchor: str,
    caption: str,
    heads: Iterable[str],
    rows: Iterable[tuple[Cell, ...]],
    *,
    nothing: str = "Nothing to show.",
) -> Grid:
    """Make a table; a head that begins with # is of a column of numbers.

    Where one of them is of p-values, the caption says that they are not adjusted for their number.
    """
    made = tuple(Head(label.removeprefix("#"), label.startswith("#")) for label in heads)
    if P_VALUE in made:
        caption = f"{caption}{NOT_ADJUSTED}"
    return Grid(anchor, caption, made, tuple(rows), nothing)
