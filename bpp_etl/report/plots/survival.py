"""Draws Kaplan-Meier curves with their pointwise limits, censoring marks and numbers at risk.

Not here: the estimate itself; every number comes from `metric.survival_curve`. Under disclosure control that
table tells a curve of groups of patients. Then the days that end a group with events are drawn as points, and
the boxes between them say where the curve runs: a step drawn from one to the next would tell a survival that
never was.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.etree.ElementTree import Element

from bpp_etl.report.figures import Figure
from bpp_etl.report.numbers import DAYS_PER_MONTH, THIN
from bpp_etl.report.plots.svg import (
    WIDTH,
    Picture,
    Scale,
    box,
    canvas,
    dot,
    finish,
    label,
    line,
    month_ticks,
    number,
    path,
    shapes,
)

TOP, BOTTOM, LEFT, RIGHT = 14, 214, 44, WIDTH - 10
MOST_DOTS = 30
"""More days than this lie so close that points and limits are drawn as a line and a band."""

RISK_WIDTH = 34
"""Numbers at risk stand at least this far apart."""

KINDS = ("first", "second", "third", "fourth")
"""Lines differ in colour and in dashes."""


@dataclass(frozen=True)
class CurveStep:
    """One step of a curve: what holds from its last day on, and who was at risk when it began."""

    time_days: int
    survival: float
    low: float | None
    high: float | None
    has_events: bool
    has_censored: bool
    at_risk: Figure
    left: int | None


@dataclass(frozen=True)
class Curve:
    """One curve with its name and median; `is_exact` where each step is one day, not a group."""

    name: str
    steps: tuple[CurveStep, ...]
    median_days: float | None
    is_exact: bool = True

    def at_risk(self, days: float) -> Figure | str:
        """Return who is at risk at a time: 0 after the last patient left, a dash where the tail is cut."""
        for step in self.steps:
            if step.time_days >= days:
                return step.at_risk
        return "0" if self.steps and self.steps[-1].left == 0 else "–"

    @property
    def at_risk_after(self) -> Iterator[tuple[int, Figure | str]]:
        """Yield who is at risk from the start on and after each day that is told, where that is known."""
        for place, step in enumerate(self.steps):
            yield self.steps[place - 1].time_days if place else 0, step.at_risk
        if self.steps and self.steps[-1].left == 0:
            yield self.steps[-1].time_days, "0"


def survival_plot(
    anchor: str, title: str, curves: Sequence[Curve], axis: str, outcome: str, *, is_by_group: bool = False
) -> Picture:
    """Draw curves over one axis of months; `outcome` says what they are the share without.

    Curves of groups are named, even where only one of them may be shown.
    """
    end = max((step.time_days for curve in curves for step in curve.steps), default=0)
    months = month_ticks(end)
    x = Scale(0, max(end, DAYS_PER_MONTH), LEFT, RIGHT)
    y = Scale(0, 1, BOTTOM, TOP)
    risk_top = BOTTOM + 62
    height = risk_top + 17 * len(curves) + 4
    root = canvas(anchor, title, _told(curves, outcome, is_by_group), height)
    _axes(root, x, y, months, axis)
    for kind, curve in zip(KINDS, curves, strict=False):
        if curve.is_exact:
            _curve(root, x, y, curve, kind, end)
        else:
            _points(root, x, y, curve, kind)
        if curve.median_days is not None and curve.median_days <= end:
            place = x(curve.median_days)
            line(root, place, y(0.5), place, BOTTOM, f"median {kind}")
    if is_by_group:
        _legend(root, curves)
    label(root, LEFT, risk_top - 12, "Number at risk", "label strong")
    for row, (kind, curve) in enumerate(zip(KINDS, curves, strict=False)):
        base = risk_top + 6 + 17 * row
        if is_by_group:
            line(root, 4, base - 4, 26, base - 4, f"curve {kind}")
        for days, at_risk in _risk_places(curve, months, x):
            label(root, x(days), base, at_risk, "label middle risk")
    return finish(root)


def _risk_places(curve: Curve, months: Sequence[float], x: Scale) -> Iterator[tuple[float, Figure | str]]:
    """Yield numbers at risk: at the ticks, or, where days are gathered, under the days they hold for."""
    if curve.is_exact:
        for month in months:
            yield month * DAYS_PER_MONTH, curve.at_risk(month * DAYS_PER_MONTH)
        return
    reached = -math.inf
    for days, at_risk in curve.at_risk_after:
        if x(days) >= reached + RISK_WIDTH:
            yield days, at_risk
            reached = x(days)


def _axes(root: Element, x: Scale, y: Scale, months: Sequence[float], axis: str) -> None:
    for share in (0, 0.25, 0.5, 0.75, 1):
        line(root, LEFT, y(share), RIGHT, y(share), "half" if share == 0.5 else "rule")
        label(
            root, LEFT - 6, y(share) + 4, f"{100 * share:.0f}{f'{THIN}%' if share == 1 else ''}", "label end"
        )
    line(root, LEFT, BOTTOM, RIGHT, BOTTOM, "axis")
    for month in months:
        place = x(month * DAYS_PER_MONTH)
        line(root, place, BOTTOM, place, BOTTOM + 4, "axis")
        label(root, place, BOTTOM + 17, number(month), "label middle")
    label(root, (LEFT + RIGHT) / 2, BOTTOM + 33, axis, "label middle")


def _points(root: Element, x: Scale, y: Scale, curve: Curve, kind: str) -> None:
    """Draw the days that end a group with events, their limits, and the boxes in which the curve runs."""
    steps = [step for step in curve.steps if step.has_events]
    known = [(0.0, 1.0), *((float(step.time_days), step.survival) for step in steps)]
    for (before, higher), (after, lower) in pairwise(known):
        if after > before and higher > lower:
            box(root, x(before), y(higher), x(after) - x(before), y(lower) - y(higher), f"between {kind}")
    ends = [(float(step.time_days), step.survival) for step in curve.steps[-1:] if not step.has_events]
    path(root, [(x(days), y(survival)) for days, survival in [*known, *ends]], f"curve {kind}")
    if len(steps) > MOST_DOTS:
        for area in _bands([(x(step.time_days), step) for step in steps], y):
            path(root, area, f"band {kind}", is_closed=True)
        return
    for step in steps:
        place = x(step.time_days)
        if step.low is not None and step.high is not None:
            line(root, place, y(step.low), place, y(step.high), f"limits {kind}")
        dot(root, place, y(step.survival), f"dot {kind}", 2.6)


def _curve(root: Element, x: Scale, y: Scale, curve: Curve, kind: str, end: float) -> None:
    days = [step.time_days for step in curve.steps]
    until = [min(day, end) for day in (*days[1:], *days[-1:])]
    corners = [
        (x(place), step)
        for step, ends in zip(curve.steps, until, strict=True)
        for place in (step.time_days, ends)
    ]
    for area in _bands(corners, y):
        path(root, area, f"band {kind}", is_closed=True)
    points, reached = [(x(0), y(1))], 1.0
    for step in curve.steps:
        points += [(x(step.time_days), y(reached)), (x(step.time_days), y(step.survival))]
        reached = step.survival
    path(root, points, f"curve {kind}")
    left = [(x(step.time_days), y(step.survival)) for step in curve.steps if step.has_censored]
    strokes = [[(place, height - 4), (place, height + 4)] for place, height in left]
    shapes(root, strokes, f"censored {kind}")


def _bands(corners: Sequence[tuple[float, CurveStep]], y: Scale) -> list[list[tuple[float, float]]]:
    """Return the areas between the limits at some places, one for each stretch that has both."""
    areas: list[list[tuple[float, float]]] = []
    upper: list[tuple[float, float]] = []
    lower: list[tuple[float, float]] = []
    for place, step in corners:
        if step.low is None or step.high is None:
            if upper:
                areas.append(upper + lower[::-1])
            upper, lower = [], []
            continue
        upper.append((place, y(step.high)))
        lower.append((place, y(step.low)))
    if upper:
        areas.append(upper + lower[::-1])
    return areas


def _legend(root: Element, curves: Sequence[Curve]) -> None:
    longest = max(len(curve.name) for curve in curves)
    left = RIGHT - 40 - math.ceil(6.6 * longest)
    box(root, left - 6, TOP - 4, RIGHT - left + 6, 17 * len(curves) + 6, "paper")
    for row, (kind, curve) in enumerate(zip(KINDS, curves, strict=False)):
        base = TOP + 10 + 17 * row
        line(root, left, base - 4, left + 26, base - 4, f"curve {kind}")
        label(root, left + 32, base, curve.name)


def _told(curves: Sequence[Curve], outcome: str, is_by_group: bool) -> str:
    """Tell the picture in words."""
    told = []
    for curve in curves:
        name = f"{curve.name}: " if is_by_group else ""
        if not curve.steps:
            told.append(f"{name}nothing to draw.")
            continue
        last = curve.steps[-1]
        half = (
            f"falls to one half on day {curve.median_days:g}"
            if curve.median_days is not None
            else "does not fall to one half"
        )
        told.append(
            f"{name}the share {outcome} starts at 100 % with {curve.steps[0].at_risk.text} at risk,"
            f" {half}, and is {100 * last.survival:.0f} % on day {last.time_days}, where the curve ends."
        )
    return " ".join(told)
