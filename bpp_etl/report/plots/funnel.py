"""Draws shares of registries over their size, with the limits within which chance alone would leave them.

Not here: the rows of a forest plot (`forest.py`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bpp_etl.report.figures import Figure
from bpp_etl.report.plots.svg import WIDTH, Picture, Scale, canvas, dot, finish, label, line, path, ticks

TOP, BOTTOM, LEFT, RIGHT = 10, 190, 44, WIDTH - 12
STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 50_000, 200_000)
LIMITS = ((1.959964, "limit near"), (3.090232, "limit far"))
"""Standard errors from the mean, and how the limit is drawn: 95 % and 99.8 % of equals lie within."""
NAMED = 12
"""With more registries than this their names would lie over one another."""


@dataclass(frozen=True)
class Place:
    """One registry: its name, how many patients, and their share with the number as written."""

    name: str
    patients: int
    share: float
    shown: Figure


def funnel_plot(anchor: str, title: str, places: Sequence[Place], mean: float, axis: str) -> Picture:
    """Draw each registry at its size and share, and limits around the mean: mean +- z sqrt(p (1 - p) / n)."""
    most = max(place.patients for place in places)
    x, y = Scale(0, most * 1.08, LEFT, RIGHT), Scale(0, 1, BOTTOM, TOP)
    told = "; ".join(f"{place.name}: {place.shown.text} of {place.patients}" for place in places)
    root = canvas(anchor, title, f"Mean {100 * mean:.1f} %. {told}.", BOTTOM + 42)
    for share in (0, 0.25, 0.5, 0.75, 1):
        line(root, LEFT, y(share), RIGHT, y(share), "rule")
        label(root, LEFT - 6, y(share) + 4, f"{100 * share:.0f}{' %' if share == 1 else ''}", "label end")
    for tick in ticks(0, most, 6, STEPS):
        line(root, x(tick), BOTTOM, x(tick), BOTTOM + 4, "axis")
        label(root, x(tick), BOTTOM + 17, f"{tick:g}", "label middle")
    line(root, LEFT, BOTTOM, RIGHT, BOTTOM, "axis")
    line(root, LEFT, y(mean), RIGHT, y(mean), "axis")
    for z, css in LIMITS:
        for side in (-1, 1):
            path(root, _limit(mean, side * z, most * 1.08, x, y), css)
    for number, place in enumerate(places):
        dot(root, x(place.patients), y(place.share), "mark")
        if len(places) <= NAMED:
            is_right = place.patients > most * 0.6
            at = x(place.patients) + (-8 if is_right else 8)
            # Those of like size take turns above and below, so that both can be read.
            height = y(place.share) + (15 if number % 2 else -7)
            label(root, at, height, place.name, "label end" if is_right else "label")
    label(root, (LEFT + RIGHT) / 2, BOTTOM + 34, axis, "label middle")
    return finish(root)


def _limit(mean: float, z: float, most: float, x: Scale, y: Scale) -> list[tuple[float, float]]:
    """Return a limit from the size at which it enters the picture on."""
    spread = abs(z) * math.sqrt(mean * (1 - mean))
    room = mean if z < 0 else 1 - mean
    first = (spread / room) ** 2 if room > 0 else most
    steps = 40
    sizes = [first + (most - first) * place / steps for place in range(steps + 1)] if first < most else []
    return [(x(size), y(mean + math.copysign(spread, z) / math.sqrt(size))) for size in sizes if size > 0]
