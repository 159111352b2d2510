"""The rows of the metric tables before disclosure control: values, and the cells that counts come from.

Not here: which values may be shown (`bpp_etl/disclosure`) and the writing of tables (`write.py`).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from bpp_etl.measure.tally import Cell, Tally
from schemas.metric_codes import MASS_INTERVAL
from schemas.metrics import METRICS

OF_CONFIRMED = ("guarantee_time", "selected_on_outcome")
"""Warnings that are given where a later scan has to confirm a pseudoprogression, and chose the patients."""
FEWEST_EVENTS = 5
"""No interval and no p-value is given for fewer events."""


@dataclass
class Row:
    """One row of a metric table.

    `counts` are columns that show a cell. `statistics` are blanked when a cell of `subjects` is small, when
    any cell of the row is hidden, if the row `tells_counts`, as a share does, and when a cell that they give
    away (`tells`) is hidden. Limits and p-values go with any hidden count: they can be solved for it. `sums`
    are what the same row of other patients may be added to; they go with the statistics.
    """

    table: str
    values: dict[str, object]
    counts: Mapping[str, Cell] = field(default_factory=dict)
    subjects: tuple[Cell, ...] = ()
    statistics: tuple[str, ...] = ()
    tells_counts: bool = False
    tells: tuple[Cell, ...] = ()
    sums: Mapping[str, float | None] = field(default_factory=dict)

    @property
    def cells(self) -> set[Cell]:
        """The cells that the row shows."""
        return set(self.counts.values())

    def without(self, warnings: Collection[str]) -> Row:
        """Return the row without some of its warnings."""
        given = self.values.get("warnings")
        if not isinstance(given, list):
            return self
        return replace(self, values=self.values | {"warnings": [one for one in given if one not in warnings]})


@dataclass(frozen=True)
class Interval:
    """An estimate with its limits; None where there is none."""

    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    method: str | None = None
    p_value: float | None = None


def known(number: float) -> float | None:
    """Return the number, and None for one that is not there."""
    return None if math.isnan(number) else float(number)


ESTIMATE_STATISTICS = ("estimate", "ci_low", "ci_high", "ci_method", "p_value", "median_follow_up_days")


def estimate_row(
    tally: Tally,
    metric: str,
    patients: Cell,
    found: Interval,
    *,
    method: str,
    protocol: str | None = None,
    stratum: str | None = None,
    events: Cell | None = None,
    subjects: tuple[Cell, ...] | None = None,
    warnings: Iterable[str] = (),
    not_said: Iterable[str] = (),
    tells_counts: bool = False,
    median_follow_up: float | None = None,
) -> Row:
    """Build a row of `metric.estimate`; `subjects` are whom the estimate is of, if not all of `patients`.

    Unit and what is always said come from the metric's declaration; `warnings` come from the data, and
    `not_said` is what the stratum makes untrue. Raises ValueError for a metric that nobody declared.
    """
    declared = METRICS.get(metric)
    if declared is None:
        raise ValueError(f"metric {metric} is measured and not declared: schemas/metrics has no such id")
    codes = {*declared.warnings, *warnings} - set(not_said)
    measured = tally.counts[patients]
    judged = tally.counts[events] if events else measured
    if measured == 0:
        codes.add("no_patients")
        found = Interval()
    elif judged < FEWEST_EVENTS:
        codes.add("few_events")
        found = found if found.method == MASS_INTERVAL else Interval(found.estimate)
    elif found.low is not None and found.low == found.high:
        codes.add("no_spread")
        found = Interval(found.estimate, p_value=found.p_value)
    has_limits = found.low is not None or found.high is not None
    return Row(
        table="estimate",
        values={
            "protocol": protocol or patients.protocol,
            "metric": metric,
            "stratum": stratum or patients.stratum,
            "estimate": found.estimate,
            "ci_low": found.low,
            "ci_high": found.high,
            "ci_method": found.method if has_limits else None,
            "unit": declared.unit,
            "events": None,
            "p_value": found.p_value,
            "median_follow_up_days": median_follow_up,
            "method": method,
            "warnings": sorted(codes),
        },
        counts={"patients": patients, **({"events": events} if events else {})},
        subjects=subjects or (patients,),
        statistics=ESTIMATE_STATISTICS,
        tells_counts=tells_counts,
    )
