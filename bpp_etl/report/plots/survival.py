"""Draws Kaplan-Meier curves with their pointwise limits, censoring marks and numbers at risk.

Not here: the estimate itself; every number comes from `metric.survival_curve`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from bpp_etl.report.figures import Figure
from bpp_etl.report.numbers import DAYS_PER_MONTH, THIN
from bpp_etl.report.plots.svg import (
    WIDTH,
    Picture,
    Scale,
    box,
    canvas,
    finish,
    label,
    line,
    number,
    path,
    ticks,
)

TOP, BOTTOM, LEFT, RIGHT = 14, 214, 44, WIDTH - 10
MONTH_STEPS = (1, 2, 3, 6, 12, 24, 36, 60, 120, 240)
MOST_TICKS = 7
KINDS = ("first", "second", "third", "fourth")
"""Lines differ in colour and in dashes."""


@dataclass(frozen=True)
class CurveStep:
    """One step of a curve: what holds from its last day on, and who was at risk when it began."""

    time_days: int
    survival: float
    low: float | None
    high: float | None
    has_censored: bool
    at_risk: Figure
    left: int | None


@dataclass(frozen=True)
class Curve:
    """One curve with its name and median."""

    name: str
    steps: tuple[CurveStep, ...]
    median_days: float | None

    def at_risk(self, days: float) -> Figure | str:
        """Return who is at risk at a time: 0 after the last patient left, a dash where the tail is cut."""
        for step in self.steps:
            if step.time_days >= days:
                return step.at_risk
        return "0" if self.steps and self.steps[-1].left == 0 else "–"


def survival_plot(anchor: str, title: str, curves: Sequence[Curve], axis: str, outcome: str) -> Picture:
    """Draw curves over one axis of months; `outcome` says what they are the share without."""
    end = max((step.time_days for curve in curves for step in curve.steps), default=0)
    months = ticks(0, max(end / DAYS_PER_MONTH, 1), MOST_TICKS, MONTH_STEPS)
    x = Scale(0, max(end, DAYS_PER_MONTH), LEFT, RIGHT)
    y = Scale(0, 1, BOTTOM, TOP)
    risk_top = BOTTOM + 62
    height = risk_top + 17 * len(curves) + 4
    root = canvas(anchor, title, _told(curves, outcome), height)
    _axes(root, x, y, months, axis)
    for kind, curve in zip(KINDS, curves, strict=False):
        _curve(root, x, y, curve, kind, end)
    if len(curves) > 1:
        _legend(root, curves)
    label(root, LEFT, risk_top - 12, "Number at risk", "label strong")
    for row, (kind, curve) in enumerate(zip(KINDS, curves, strict=False)):
        base = risk_top + 6 + 17 * row
        if len(curves) > 1:
            line(root, 4, base - 4, 26, base - 4, f"curve {kind}")
        for month in months:
            days = month * DAYS_PER_MONTH
            label(root, x(days), base, curve.at_risk(days), "label middle risk")
    return finish(root)


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


def _curve(root: Element, x: Scale, y: Scale, curve: Curve, kind: str, end: float) -> None:
    for area in _bands(curve, x, y, end):
        path(root, area, f"band {kind}", is_closed=True)
    points, reached = [(x(0), y(1))], 1.0
    for step in curve.steps:
        points += [(x(step.time_days), y(reached)), (x(step.time_days), y(step.survival))]
        reached = step.survival
    path(root, points, f"curve {kind}")
    for step in curve.steps:
        if step.has_censored:
            place, height = x(step.time_days), y(step.survival)
            line(root, place, height - 4, place, height + 4, f"censored {kind}")
    if curve.median_days is not None and curve.median_days <= end:
        place = x(curve.median_days)
        line(root, place, y(0.5), place, BOTTOM, f"median {kind}")


def _bands(curve: Curve, x: Scale, y: Scale, end: float) -> list[list[tuple[float, float]]]:
    """Return the areas between the limits, one for each stretch of steps that have both."""
    areas: list[list[tuple[float, float]]] = []
    upper: list[tuple[float, float]] = []
    lower: list[tuple[float, float]] = []
    following = (
        [step.time_days for step in curve.steps[1:]] + [curve.steps[-1].time_days] if curve.steps else []
    )
    for step, until in zip(curve.steps, following, strict=True):
        if step.low is None or step.high is None:
            if upper:
                areas.append(upper + lower[::-1])
            upper, lower = [], []
            continue
        upper += [(x(step.time_days), y(step.high)), (x(min(until, end)), y(step.high))]
        lower += [(x(step.time_days), y(step.low)), (x(min(until, end)), y(step.low))]
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


def _told(curves: Sequence[Curve], outcome: str) -> str:
    """Tell the picture in words."""
    told = []
    for curve in curves:
        name = f"{curve.name}: " if len(curves) > 1 else ""
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
