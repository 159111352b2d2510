"""Draws how ALP changed: a waterfall with one bar, and pairs with one line, for each patient.

Not here: whose they are; every change is a cell of `metric.alp_group`, whose rows are groups of patients
where disclosure control has been over it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from bpp_etl.report.numbers import decimal
from bpp_etl.report.plots.bars import HATCHES
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
CATEGORY_KIND = {"decreased": "on_time", "stable": "early", "increased": "missed"}
"""Category of ALP against baseline -> the kind of part that is drawn of it, in every plot that shows it."""
CATEGORIES = (("decreased", "Decreased"), ("stable", "Stable"), ("increased", "Increased"))
MOST_BARS, MOST_LINES = 300, 200
"""More bars of one waterfall, or lines of pairs, than this cannot be told apart."""
BETWEEN_PANELS = 24
LEGEND = 22
"""How much lower the plot begins under a legend."""
WIDEST_PLAIN = 6
"""A bar narrower than this is not hatched: the lines would only smear it."""
AXIS = "Change of ALP from baseline, U/L"


@dataclass(frozen=True)
class Change:
    """One patient, or a group: how many, and the changes from baseline, in U/L.

    `category` is what the change at the event is called against baseline; a group has none.
    """

    patients: int
    at_event: float
    at_progression: float | None = None
    category: str | None = None


@dataclass(frozen=True)
class Panel:
    """One waterfall: whose it is, and its bars from the greatest rise to the greatest fall."""

    name: str
    changes: Sequence[Change]


def waterfall_plot(anchor: str, title: str, panels: Sequence[Panel]) -> Picture:
    """Draw waterfalls side by side over one scale; a bar is as wide as its group is large.

    A bar has the colour of its category: what the shares below the plot count.
    """
    root = canvas(anchor, title, " ".join(_panel_told(panel) for panel in panels), BOTTOM + 26 + LEGEND)
    _legend(root, {change.category for panel in panels for change in panel.changes})
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
        kind = CATEGORY_KIND[change.category] if change.category else "after"
        hatch = HATCHES.get(kind) if wide >= WIDEST_PLAIN else None
        top, bottom = sorted((y(0), y(change.at_event)))
        bottom = max(bottom, top + 1.5)  # no change at all is still seen
        inset = min(1.0, wide * 0.1)
        drawn = hatched(root, place + inset, top, wide - 2 * inset, bottom - top, f"part {kind}", hatch)
        many = "" if change.patients == 1 else f"{change.patients} patients: "
        told = f"{many}{decimal(change.at_event, 1)} U/L{', ' + change.category if change.category else ''}"
        SubElement(drawn, "title").text = told
        place += wide
    label(root, left + width / 2, BOTTOM + 18, panel.name, "label middle")


def _panel_told(panel: Panel) -> str:
    values = [change.at_event for change in panel.changes]
    counted = Counter(change.category for change in panel.changes)
    if None in counted:
        called = f"{sum(value > 0 for value in values)} of them rise above baseline"
    else:
        called = ", ".join(f"{name.lower()} {counted[kind]}" for kind, name in CATEGORIES)
    return (
        f"{panel.name}: {len(values)} bars, {_sizes(panel.changes)}, from"
        f" {decimal(max(values), 1)} to {decimal(min(values), 1)} U/L; {called}."
    )


def _pairs_told(changes: Sequence[Change], pairs: Sequence[tuple[float, float]]) -> str:
    at_event, at_progression = ([pair[side] for pair in pairs] for side in (0, 1))
    rising = sum(last > first for first, last in pairs)
    return (
        f"Lines: {len(pairs)}, {_sizes(changes)}. At the event the changes from baseline lie"
        f" between {decimal(min(at_event), 1)} and {decimal(max(at_event), 1)} U/L, at progression between"
        f" {decimal(min(at_progression), 1)} and {decimal(max(at_progression), 1)} U/L; {rising} lines rise."
    )


def _sizes(changes: Sequence[Change]) -> str:
    sizes = [change.patients for change in changes]
    if max(sizes) == 1:
        return "one for each patient"
    many = f"{min(sizes)} to {max(sizes)}" if min(sizes) < max(sizes) else f"{sizes[0]}"
    return f"each of {many} patients"


def _legend(root: Element, found: set[str | None]) -> None:
    """Name the colours; groups have no category and need no legend."""
    place = float(LEFT)
    for category, name in CATEGORIES if found - {None} else ():
        kind = CATEGORY_KIND[category]
        hatched(root, place, BOTTOM + LEGEND + 10, 11, 11, f"part {kind}", HATCHES.get(kind))
        label(root, place + 15, BOTTOM + LEGEND + 20, name)
        place += 27 + 6.7 * len(name)
