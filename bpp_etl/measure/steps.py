"""The steps of a survival curve, the rows of `metric.survival_curve` that they make, and who left on a day.

Not here: whose curves are measured (`times.py`), and steps of groups (`bpp_etl/disclosure/curves.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from bpp_etl.measure.horizons import CENSORED, COMPETING, OWN, Outcomes
from bpp_etl.measure.rows import FEWEST_EVENTS, Row
from bpp_etl.measure.times import Curve
from bpp_etl.metrics import KaplanMeier
from schemas.sums import INCIDENCE

CAUSES: Mapping[str, int] = {"events": OWN, "competing": COMPETING, "censored": CENSORED}
"""Quantity of `schemas/sums.py` -> how a patient leaves the risk set."""


@dataclass(frozen=True)
class CurveStep:
    """One step of a curve: what happens on its day, and what holds from then on; NaN limits are undefined."""

    day: int
    at_risk: int
    events: int
    censored: int
    survival: float
    low: float
    high: float


class Place(NamedTuple):
    """Names a time that is measured: what its sums belong to, protocol, metric and stratum."""

    table: str
    protocol: str
    metric: str
    stratum: str


@dataclass(frozen=True)
class Left:
    """How many of a group left the risk set on each day, and how: what adds up over other patients.

    `by_day` says of each quantity of `schemas/sums.py` how many on which day. Who is in none of them is
    followed beyond the last day. `patients` is None where none of it is told.
    """

    place: Place
    patients: int | None = None
    by_day: Mapping[str, Mapping[int, int]] = field(default_factory=dict)


def left_by(found: Curve, patients: int, steps: Iterable[CurveStep]) -> Left:
    """Say who left on the steps of a curve."""
    listed = list(steps)
    by_day = {
        "events": {step.day: step.events for step in listed if step.events},
        "censored": {step.day: step.censored for step in listed if step.censored},
    }
    return Left(place_of(found), patients, by_day)


def left_of(found: Outcomes) -> Left:
    """Say who left on which day, and by what cause."""
    by_day = {
        name: dict(zip(*(part.tolist() for part in np.unique(days, return_counts=True)), strict=True))
        for name, cause in CAUSES.items()
        for days in [found.days[found.causes == cause].astype(np.int64)]
    }
    return Left(place_of(found), int(found.days.size), by_day)


def place_of(found: Curve | Outcomes) -> Place:
    """Name the time that a curve or outcomes are of."""
    if isinstance(found, Curve):
        return Place("survival_curve", found.patients.protocol, found.metric, found.patients.stratum)
    return Place(INCIDENCE, found.cohort.protocol, found.metric, found.stratum)


def steps_of(curve: KaplanMeier) -> list[CurveStep]:
    """List the steps of an estimated curve, one for each day on which somebody leaves."""
    columns = (
        curve.times.astype(np.int64),
        curve.at_risk,
        curve.events,
        curve.censored,
        curve.survival,
        curve.low,
        curve.high,
    )
    return [CurveStep(*values) for values in zip(*(column.tolist() for column in columns), strict=True)]


def step_rows(found: Curve, steps: Iterable[CurveStep]) -> list[Row]:
    """Build a row for each step; limits are given from the fifth event on, as with any estimate."""
    seen = 0
    rows = []
    for step in steps:
        seen += step.events
        is_given = seen >= FEWEST_EVENTS and not np.isnan([step.low, step.high]).any()
        rows.append(
            Row(
                table="survival_curve",
                values={
                    "protocol": found.patients.protocol,
                    "metric": found.metric,
                    "stratum": found.patients.stratum,
                    "time_days": step.day,
                    "at_risk": step.at_risk,
                    "events": step.events,
                    "censored": step.censored,
                    "survival": step.survival,
                    "ci_low": step.low if is_given else None,
                    "ci_high": step.high if is_given else None,
                },
            )
        )
    return rows
