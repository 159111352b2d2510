"""The steps of a survival curve, and the rows of `metric.survival_curve` that they make.

Not here: whose curves are measured (`times.py`), and steps of groups (`bpp_etl/disclosure/curves.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from bpp_etl.measure.rows import FEWEST_EVENTS, Row
from bpp_etl.measure.times import Curve
from bpp_etl.metrics import KaplanMeier


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
