"""Draws how a whole divides into parts: one bar for each row, its parts side by side.

Not here: dots and curves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import SubElement

from bpp_etl.report.plots.svg import WIDTH, Picture, Scale, box, canvas, finish, hatched, label, line

ROW, THICK = 40, 16
HATCHES = {
    "early": "up",
    "late": "down",
    "missed": "upright",
    "grade_1": "up",
    "grade_3": "down",
    "grade_4": "upright",
}
"""Parts differ in hatching as well as in colour."""

LEFT, RIGHT = 8, WIDTH - 8


@dataclass(frozen=True)
class Part:
    """One part of a bar: `kind` chooses its colour; a share that is not shown is None."""

    kind: str
    name: str
    share: float | None


@dataclass(frozen=True)
class Bar:
    """One bar with its name."""

    name: str
    parts: tuple[Part, ...]


def bar_plot(anchor: str, title: str, bars: Sequence[Bar], kinds: Sequence[tuple[str, str]]) -> Picture:
    """Draw the bars under one legend; what is suppressed stays open at the bar's end."""
    top = 30
    bottom = top + ROW * len(bars)
    x = Scale(0, 1, LEFT, RIGHT)
    root = canvas(anchor, title, " ".join(_told(bar) for bar in bars), bottom + 22)
    place = float(LEFT)
    for kind, name in (*kinds, ("open", "Suppressed")):
        if kind == "open" and not any(part.share is None for bar in bars for part in bar.parts):
            continue
        hatched(root, place, 6, 11, 11, f"part {kind}", HATCHES.get(kind))
        label(root, place + 15, 16, name)
        place += 27 + 6.7 * len(name)
    for row, bar in enumerate(bars):
        base = top + ROW * row
        label(root, LEFT, base + 12, bar.name)
        reached = 0.0
        for part in bar.parts:
            if part.share is None:
                continue
            width = x(reached + part.share) - x(reached)
            hatch = HATCHES.get(part.kind)
            drawn = hatched(root, x(reached), base + 17, width, THICK, f"part {part.kind}", hatch)
            SubElement(drawn, "title").text = f"{bar.name}, {part.name.lower()}: {100 * part.share:.1f} %"
            reached += part.share
        if any(part.share is None for part in bar.parts) and reached < 1:
            box(root, x(reached), base + 17, x(1) - x(reached), THICK, "part open")
    for share in (0, 0.25, 0.5, 0.75, 1):
        line(root, x(share), bottom - 4, x(share), bottom, "axis")
        css = "label" if share == 0 else "label end" if share == 1 else "label middle"
        label(
            root, x(share), bottom + 13, f"{100 * share:.0f} %" if share == 1 else f"{100 * share:.0f}", css
        )
    return finish(root)


def _told(bar: Bar) -> str:
    parts = (
        f"{part.name.lower()} {'suppressed' if part.share is None else f'{100 * part.share:.1f} %'}"
        for part in bar.parts
    )
    return f"{bar.name}: {', '.join(parts)}."
