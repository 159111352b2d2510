"""Draws estimates as dots with their intervals as lines, one row for each, over one axis.

Not here: bars and curves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bpp_etl.report.figures import Figure
from bpp_etl.report.plots.svg import WIDTH, Picture, Scale, canvas, dot, finish, label, line, ticks

ROW = 26
RIGHT = WIDTH - 12


@dataclass(frozen=True)
class Dot:
    """One row: a name, an estimate with its limits as far as there are any, and the number as written."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    shown: Figure


def interval_plot(
    anchor: str,
    title: str,
    dots: Sequence[Dot],
    axis: str,
    *,
    ends: tuple[float, float],
    steps: Sequence[float],
    name_width: int,
    zero: float | None = None,
    factor: float = 1,
) -> Picture:
    """Draw the rows over an axis between two ends; `factor` turns a value into what the axis counts in."""
    left, top = name_width, 8
    bottom = top + ROW * len(dots)
    x = Scale(*ends, left, RIGHT)
    told = "; ".join(f"{dot_.name}: {dot_.shown.text}{_limits(dot_, factor)}" for dot_ in dots)
    root = canvas(anchor, title, f"{told}.", bottom + 42)
    for place in ticks(*ends, 5, steps):
        line(root, x(place), top, x(place), bottom, "axis" if place == zero else "rule")
        label(root, x(place), bottom + 17, f"{place:g}".replace("-", "\u2212"), "label middle")
    label(root, (left + RIGHT) / 2, bottom + 34, axis, "label middle")
    for row, one in enumerate(dots):
        middle = top + ROW * (row + 0.5)
        label(root, left - 10, middle + 4, one.name, "label end")
        if one.value is None:
            label(root, left + 6, middle + 4, one.shown, "label faint")
            continue
        if one.low is not None and one.high is not None:
            line(root, x(one.low * factor), middle, x(one.high * factor), middle, "whisker")
        dot(root, x(one.value * factor), middle, "mark")
    return finish(root)


def _limits(one: Dot, factor: float) -> str:
    if one.value is None or one.low is None or one.high is None:
        return ""
    return f", interval {one.low * factor:.1f} to {one.high * factor:.1f}"
