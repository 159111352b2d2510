"""Draws ratios, or shares with what they come to together, as a forest plot: one row for each.

Not here: single estimates over a plain axis (`intervals.py`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from bpp_etl.report.plots.intervals import Dot
from bpp_etl.report.plots.svg import WIDTH, Picture, Scale, canvas, finish, label, line, number, path

ROW, TOP = 26, 8
RIGHT = WIDTH - 14
MOST_TICKS = 7
FURTHEST = 16.0
"""No axis of ratios reaches further than this, and its inverse; limits beyond it end in an arrow."""


@dataclass(frozen=True)
class Axis:
    """What the rows are drawn over: its words, its ends, its marks, and the line of no difference."""

    words: str
    ends: tuple[float, float]
    ticks: tuple[float, ...]
    still: float | None
    is_ratio: bool = False

    def scale(self, left: float) -> Scale:
        """Map values, or of ratios their logarithms, to places."""
        low, high = (math.log(end) for end in self.ends) if self.is_ratio else self.ends
        return Scale(low, high, left, RIGHT)

    def place(self, scale: Scale, value: float) -> float:
        """Return the place of a value; one beyond the axis lies at its end."""
        inside = min(max(value, self.ends[0]), self.ends[1])
        return scale(math.log(inside) if self.is_ratio else inside)


def ratio_axis(words: str, dots: Sequence[Dot]) -> Axis:
    """Choose an axis of powers of two that holds all limits, as far as these are near enough to be told."""
    known = [value for one in dots for value in (one.value, one.low, one.high) if value is not None]
    reach = max((max(value, 1 / value) for value in known if value > 0), default=2.0)
    power = math.ceil(math.log2(min(max(reach, 2.0), FURTHEST)))
    ticks = tuple(2.0**step for step in range(-power, power + 1))
    return Axis(words, (ticks[0], ticks[-1]), ticks[:: 2 if len(ticks) > MOST_TICKS else 1], 1.0, True)


def share_axis(words: str, still: float | None) -> Axis:
    """Make an axis from 0 to 100 %; `still` is where all shares would lie if they were one."""
    return Axis(words, (0, 1), (0, 0.25, 0.5, 0.75, 1), still)


def forest_plot(
    anchor: str, title: str, dots: Sequence[Dot], axis: Axis, *, name_width: int, pooled: Sequence[Dot] = ()
) -> Picture:
    """Draw the rows, and under them as diamonds what they come to together."""
    rows = [*dots, *pooled]
    bottom = TOP + ROW * len(rows)
    told = "; ".join(f"{one.name}: {one.shown.text}{_limits(one, axis)}" for one in rows)
    root = canvas(anchor, title, f"{told}.", bottom + 42)
    x = axis.scale(name_width)
    for tick in axis.ticks:
        place = axis.place(x, tick)
        line(root, place, TOP, place, bottom, "rule")
        words = f"{tick:g}" if axis.is_ratio else f"{100 * tick:g}"
        label(root, place, bottom + 17, words, "label middle")
    if axis.still is not None:
        line(root, axis.place(x, axis.still), TOP, axis.place(x, axis.still), bottom, "axis")
    label(root, (name_width + RIGHT) / 2, bottom + 34, axis.words, "label middle")
    for row, one in enumerate(rows):
        _row(root, axis, x, one, name_width, TOP + ROW * (row + 0.5), is_pooled=row >= len(dots))
    return finish(root)


def _row(
    root: Element, axis: Axis, x: Scale, one: Dot, left: float, middle: float, *, is_pooled: bool
) -> None:
    label(root, left - 10, middle + 4, one.name, "label end strong" if is_pooled else "label end")
    if one.value is None:
        label(root, left + 6, middle + 4, one.shown, "label faint")
        return
    at = axis.place(x, one.value)
    low, high = (None if limit is None else axis.place(x, limit) for limit in (one.low, one.high))
    if is_pooled and low is not None and high is not None:
        corners = [(low, middle), (at, middle - 7), (high, middle), (at, middle + 7)]
        path(root, corners, "mark", is_closed=True)
        return
    if one.low is not None and one.high is not None and low is not None and high is not None:
        line(root, low, middle, high, middle, "whisker")
        for limit, place, towards in ((one.low, low, 5), (one.high, high, -5)):
            if not axis.ends[0] <= limit <= axis.ends[1]:
                arrow = [(place + towards, middle - 4), (place, middle), (place + towards, middle + 4)]
                path(root, arrow, "arrow")
    _mark(root, at, middle)


def _mark(root: Element, x: float, y: float) -> None:
    path(root, [(x - 4, y - 4), (x + 4, y - 4), (x + 4, y + 4), (x - 4, y + 4)], "mark", is_closed=True)


def _limits(one: Dot, axis: Axis) -> str:
    if one.value is None or one.low is None or one.high is None:
        return ""
    if axis.is_ratio:
        return f", interval {one.low:.2f} to {one.high:.2f}"
    return f", interval {number(100 * one.low)} to {number(100 * one.high)} %"
