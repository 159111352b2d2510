"""Draws how ALP changed: a waterfall with one bar, and pairs with one line, for each group of patients.

Not here: who is in a group; every change is a cell of `metric.alp_group`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from bpp_etl.report.numbers import decimal
from bpp_etl.report.plots.svg import (
    WIDTH,
    Picture,
    Scale,
    canvas,
    dot,
    finish,
    hatched,
    label,
    line,
    path,
    ticks,
)

TOP, BOTTOM, LEFT, RIGHT = 34, 214, 44, WIDTH - 10
STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000, 2000, 5000)
GAP = 18
BETWEEN_PANELS = 24
AXIS = "Change of ALP from baseline, U/L"


@dataclass(frozen=True)
class Change:
    """One group: how many patients, and its changes from baseline, in U/L."""

    patients: int
    at_event: float
    at_progression: float | None = None


@dataclass(frozen=True)
class Panel:
    """One waterfall: whose it is, and its bars from the greatest rise to the greatest fall."""

    name: str
    changes: tuple[Change, ...]


def waterfall_plot(anchor: str, title: str, panels: Sequence[Panel]) -> Picture:
    """Draw waterfalls side by side over one scale; a bar is as wide as its group is large."""
    root = canvas(anchor, title, " ".join(_panel_told(panel) for panel in panels), BOTTOM + 26)
    y = _scale([change.at_event for panel in panels for change in panel.changes])
    _rules(root, y)
    everyone = sum(change.patients for panel in panels for change in panel.changes)
    room = RIGHT - LEFT - BETWEEN_PANELS * (len(panels) - 1)
    # A small panel still needs room for its name.
    shares = [sum(change.patients for change in panel.changes) / everyone for panel in panels]
    shares = [max(share, 0.36) for share in shares] if len(panels) > 1 else shares
    place = float(LEFT)
    for panel, share in zip(panels, shares, strict=True):
        width = room * share / sum(shares)
        _panel(root, panel, place, width, y)
        place += width + BETWEEN_PANELS
    line(root, LEFT, y(0), RIGHT, y(0), "axis")
    return finish(root)


def pairs_plot(anchor: str, title: str, changes: Sequence[Change]) -> Picture:
    """Draw a line for each group, from its change at the event to its change at progression."""
    pairs = [
        (change.at_event, change.at_progression) for change in changes if change.at_progression is not None
    ]
    root = canvas(anchor, title, _pairs_told(changes, pairs), BOTTOM + 26)
    y = _scale([value for pair in pairs for value in pair])
    _rules(root, y)
    first, last = LEFT + (RIGHT - LEFT) * 0.22, LEFT + (RIGHT - LEFT) * 0.78
    line(root, LEFT, y(0), RIGHT, y(0), "axis")
    for at_event, at_progression in pairs:
        kind = "first" if at_progression <= at_event else "second"
        path(root, [(first, y(at_event)), (last, y(at_progression))], f"pair {kind}")
        dot(root, first, y(at_event), "dot first", 3)
        dot(root, last, y(at_progression), "dot second", 3)
    label(root, first, BOTTOM + 18, "at the event", "label middle")
    label(root, last, BOTTOM + 18, "at progression", "label middle")
    return finish(root)


def _scale(values: Sequence[float]) -> Scale:
    """Make a scale that holds all values, zero, and a round step beyond them."""
    reach = max(*(abs(value) for value in values), 1.0)
    step = next((step for step in STEPS if reach / step <= 4), STEPS[-1])
    low = math.floor(min(0.0, *values) / step) * step
    high = math.ceil(max(0.0, *values) / step) * step
    return Scale(low, high, BOTTOM, TOP)


def _rules(root: Element, y: Scale) -> None:
    label(root, 0, 12, AXIS)
    for value in ticks(y.low, y.high, 6, STEPS):
        if value:
            line(root, LEFT, y(value), RIGHT, y(value), "rule")
        label(root, LEFT - 6, y(value) + 4, decimal(value, 0), "label end")


def _panel(root: Element, panel: Panel, left: float, width: float, y: Scale) -> None:
    everyone = sum(change.patients for change in panel.changes)
    place = left
    for change in panel.changes:
        wide = width * change.patients / everyone
        kind, hatch = ("rose", "up") if change.at_event > 0 else ("fell", None)
        top, bottom = sorted((y(0), y(change.at_event)))
        bottom = max(bottom, top + 1.5)  # no change at all is still seen
        inset = min(1.0, wide * 0.1)
        drawn = hatched(root, place + inset, top, wide - 2 * inset, bottom - top, f"part {kind}", hatch)
        told = f"{change.patients} patients: {decimal(change.at_event, 1)} U/L"
        SubElement(drawn, "title").text = told
        place += wide
    label(root, left + width / 2, BOTTOM + 18, panel.name, "label middle")


def _panel_told(panel: Panel) -> str:
    values = [change.at_event for change in panel.changes]
    risen = sum(value > 0 for value in values)
    return (
        f"{panel.name}: {len(values)} bars of {_sizes(panel.changes)} patients each, from"
        f" {decimal(max(values), 1)} to {decimal(min(values), 1)} U/L; {risen} of them rise above baseline."
    )


def _pairs_told(changes: Sequence[Change], pairs: Sequence[tuple[float, float]]) -> str:
    at_event, at_progression = ([pair[side] for pair in pairs] for side in (0, 1))
    rising = sum(last > first for first, last in pairs)
    return (
        f"Lines: {len(pairs)}, each of {_sizes(changes)} patients. At the event the changes from baseline lie"
        f" between {decimal(min(at_event), 1)} and {decimal(max(at_event), 1)} U/L, at progression between"
        f" {decimal(min(at_progression), 1)} and {decimal(max(at_progression), 1)} U/L; {rising} lines rise."
    )


def _sizes(changes: Sequence[Change]) -> str:
    sizes = [change.patients for change in changes]
    return f"{min(sizes)} to {max(sizes)}" if min(sizes) < max(sizes) else f"{sizes[0]}"
