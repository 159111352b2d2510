"""Places a patient's course on a time axis: scans on one lane, total ALP on the other.

Not here: the SVG itself (`bpp_etl/pages/explain.html`), which draws these places.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from bpp_etl.explain.due import due_ct
from bpp_etl.explain.facts import Evidence
from bpp_etl.explain.labels import Labels

DESK, TELEPHONE = 960.0, 343.0
LEFT, RIGHT = 70.0, 24.0
SCAN_LANE, ALP_TOP, ALP_BOTTOM, HEIGHT = 46.0, 96.0, 196.0, 232.0
ROOM_FOR_A_TICK = 70.0
STEPS = (7, 14, 28, 56, 84, 168, 336, 672, 1344, 2688)


@dataclass(frozen=True)
class Drawing:
    """Places in a box; a day that is not there is left out.

    `due` is the next CT and `delivered` the day of the delivery, after which nothing is known; neither is
    there where line 1 is over.
    """

    line: tuple[float, float] | None
    scans: tuple[tuple[float, str, str], ...]
    alp: tuple[tuple[float, float, str], ...]
    alp_limit: float | None
    alp_highest: str
    ticks: tuple[tuple[float, str], ...]
    due: tuple[float, str] | None
    delivered: tuple[float, str] | None
    width: float
    height: float = HEIGHT
    left: float = LEFT
    scan_lane: float = SCAN_LANE
    alp_top: float = ALP_TOP
    alp_bottom: float = ALP_BOTTOM


def drawn(evidence: Evidence, labels: Labels, width: float = DESK) -> Drawing | None:
    """Place the course in a box of a width; None where there is nothing to draw.

    Shifted, the day of the delivery is left out: it would give the real dates away.
    """
    labs = [one for one in evidence.alp if one.analyte == "ALP_TOTAL"]
    days = [point.day for point in evidence.points] + [one.day for one in labs]
    days += [day for day in _line_days(evidence) if day is not None]
    if not evidence.points or labels.origin is None:
        return None
    due = due_ct(evidence)
    delivered = None if labels.is_shifted or due is None else evidence.source.delivery_date
    seen = max(days)
    days += [day for day in (due, delivered) if day is not None]
    first, last = min(days), max(days)
    span = max((last - first).days, 1)

    def across(day: date) -> float:
        return round(LEFT + (width - LEFT - RIGHT) * (day - first).days / span, 1)

    limits = [one.upper_limit for one in labs if one.upper_limit is not None]
    highest = max([one.value for one in labs] + limits, default=1.0)

    def up(value: float) -> float:
        return round(ALP_BOTTOM - (ALP_BOTTOM - ALP_TOP) * value / highest, 1)

    start, end = _line_days(evidence)
    return Drawing(
        line=(across(start), across(end or delivered or seen)) if start is not None else None,
        scans=tuple((across(p.day), _shape(p.marks), labels.day(p.day)) for p in evidence.points),
        alp=tuple((across(one.day), up(one.value), f"{one.value:g}") for one in labs),
        alp_limit=up(limits[-1]) if limits else None,
        alp_highest=f"{highest:g}",
        ticks=_ticks(first, last, labels.origin, across, most=int(width / ROOM_FOR_A_TICK)),
        due=(across(due), labels.day(due)) if due is not None else None,
        delivered=(across(delivered), labels.day(delivered)) if delivered is not None else None,
        width=width,
    )


def _shape(marks: tuple[str, ...]) -> str:
    """Name the sign of a time point: progression outweighs candidate, which outweighs the rest."""
    for mark in ("progression", "progression_not_counted", "candidate", "confirms", "baseline"):
        if mark in marks:
            return mark
    return "seen"


def _line_days(evidence: Evidence) -> tuple[date | None, date | None]:
    return evidence.therapy_start, evidence.episode.get("line_end_date")


def _ticks(
    first: date, last: date, origin: date, across: Callable[[date], float], *, most: int
) -> tuple[tuple[float, str], ...]:
    """Place round numbers of days from day 0."""
    low, high = (first - origin).days, (last - origin).days
    step = next((step for step in STEPS if (high - low) / step <= most), STEPS[-1])
    numbers = range(-(-low // step) * step, high + 1, step)
    return tuple((across(origin + timedelta(days=number)), str(number)) for number in numbers)
