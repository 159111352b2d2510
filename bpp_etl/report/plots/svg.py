"""The parts that every plot is made of: an svg with title and description, axes, text, and a linear scale.

Not here: any particular plot. ElementTree escapes whatever was delivered.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

from bpp_etl.report.figures import Figure
from bpp_etl.report.numbers import DAYS_PER_MONTH

WIDTH = 400
"""Plots are drawn this wide and scaled: readable on a telephone, and not huge on paper."""


HATCH_STEP = 6


@dataclass(frozen=True)
class Picture:
    """One finished plot."""

    anchor: str
    markup: str

    def __html__(self) -> str:
        """Write the svg; it was escaped while it was built."""
        return self.markup


@dataclass(frozen=True)
class Scale:
    """Maps a value between two ends to a place between two others."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the place of a value."""
        if self.high == self.low:
            return self.start
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def canvas(anchor: str, title: str, description: str, height: float) -> Element:
    """Start a plot that a screen reader can name and describe."""
    root = Element(
        "svg",
        {
            "role": "img",
            "class": "plot",
            "id": anchor,
            "viewBox": f"0 0 {WIDTH} {number(height)}",
            "aria-labelledby": f"{anchor}-title {anchor}-desc",
        },
    )
    SubElement(root, "title", {"id": f"{anchor}-title"}).text = title
    SubElement(root, "desc", {"id": f"{anchor}-desc"}).text = description
    return root


def finish(root: Element) -> Picture:
    """Write the plot out."""
    return Picture(root.get("id", ""), tostring(root, encoding="unicode", short_empty_elements=False))


def line(parent: Element, x1: float, y1: float, x2: float, y2: float, css: str) -> None:
    """Draw a straight line."""
    places = {"x1": number(x1), "y1": number(y1), "x2": number(x2), "y2": number(y2)}
    SubElement(parent, "line", {**places, "class": css})


def path(
    parent: Element, points: Iterable[tuple[float, float]], css: str, *, is_closed: bool = False
) -> None:
    """Draw a line through points, or the area that they enclose."""
    shapes(parent, [list(points)], css, is_closed=is_closed)


def shapes(
    parent: Element, lines: Iterable[Iterable[tuple[float, float]]], css: str, *, is_closed: bool = False
) -> None:
    """Draw many lines, or areas, that look alike as one element."""
    end = "Z" if is_closed else ""
    through = ("L".join(f"{number(x)} {number(y)}" for x, y in points) for points in lines)
    drawn = "".join(f"M{points}{end}" for points in through if points)
    if drawn:
        SubElement(parent, "path", {"d": drawn, "class": css})


def box(parent: Element, x: float, y: float, width: float, height: float, css: str) -> Element:
    """Draw a rectangle."""
    places = {"x": number(x), "y": number(y), "width": number(max(width, 0)), "height": number(height)}
    return SubElement(parent, "rect", {**places, "class": css})


def hatched(
    parent: Element, x: float, y: float, width: float, height: float, css: str, hatch: str | None
) -> Element:
    """Draw a rectangle with lines over it, so that it is told from its neighbours without any colour.

    `hatch` is up, down, upright, or None for a plain one. The lines are cut to the rectangle here: a pattern
    would have to be referred to by an address.
    """
    drawn = box(parent, x, y, width, height, css)
    if hatch is None or width <= 0 or height <= 0:
        return drawn
    if hatch == "upright":
        strokes = [(x + at, y, x + at, y + height) for at in _steps(width, HATCH_STEP / 2)]
    else:
        strokes = []
        for at in _steps(width + height, HATCH_STEP):
            # The line at + t - height, t up to the height, runs from the lower edge to the upper one.
            first, last = max(0.0, height - at), min(height, width + height - at)
            ends = [(x + at - height + t, y + height - t) for t in (first, last)]
            if hatch == "down":
                ends = [(2 * x + width - across, along) for across, along in ends]
            strokes.append((*ends[0], *ends[1]))
    lines = "".join(f"M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}" for x1, y1, x2, y2 in strokes)
    if lines:
        SubElement(parent, "path", {"d": lines, "class": "hatch"})
    return drawn


def _steps(length: float, step: float) -> list[float]:
    return [step * place for place in range(1, int(length / step) + 1) if step * place < length]


def dot(parent: Element, x: float, y: float, css: str, radius: float = 4) -> None:
    """Draw a dot."""
    SubElement(parent, "circle", {"cx": number(x), "cy": number(y), "r": number(radius), "class": css})


def label(parent: Element, x: float, y: float, content: str | Figure, css: str = "label") -> None:
    """Write a word, or a number of the release with its data attributes."""
    attributes = content.attributes if isinstance(content, Figure) else {}
    placed = SubElement(parent, "text", {"x": number(x), "y": number(y), "class": css, **attributes})
    placed.text = content.text if isinstance(content, Figure) else content


def number(value: float) -> str:
    """Write a coordinate to a tenth."""
    return (
        f"{value:.1f}".removesuffix(".0").replace("-0", "0")
        if abs(value) < 0.05
        else f"{value:.1f}".removesuffix(".0")
    )


MONTH_STEPS = (1, 2, 3, 6, 12, 24, 36, 60, 120, 240)
MOST_MONTHS = 7


def month_ticks(days: float) -> list[float]:
    """Choose the months of an axis from 0 to so many days; it is never shorter than a month."""
    return ticks(0, max(days / DAYS_PER_MONTH, 1), MOST_MONTHS, MONTH_STEPS)


def ticks(low: float, high: float, most: int, steps: Iterable[float]) -> list[float]:
    """Choose round places between two ends: the first of the steps that needs at most so many."""
    offered = list(steps)
    chosen = next((step for step in offered if (high - low) / step <= most), offered[-1])
    first = int(low // chosen) + (1 if low % chosen else 0)
    return [place * chosen for place in range(first, int(high // chosen) + 1)]
