"""Incidence with competing causes at fixed days, and none where nobody was followed so far.

Not here: whose it is (`incidence.py`, `first_line_incidence.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bpp_etl.measure.cohort import Cohort, Mask
from bpp_etl.measure.rows import Interval, Row, estimate_row, known
from bpp_etl.measure.tally import Cell
from bpp_etl.metrics import Incidence, incidence_at, last_follow_up, median_follow_up
from bpp_etl.metrics.inputs import Integers
from bpp_etl.warehouse.select import Column
from schemas.metric_codes import HORIZON_DAYS

CENSORED, OWN, COMPETING = range(3)
"""How a patient leaves the risk set: neither, by the cause that the incidence is of, or by another."""


@dataclass(frozen=True, eq=False)
class Outcomes:
    """On which day each patient of a stratum left the risk set, and how; of whom an incidence is measured.

    `events` is the group that the cause counts; `metric` is named without a horizon.
    """

    cohort: Cohort
    metric: str
    patients: Cell
    events: str
    days: Column
    causes: Integers
    method: str

    @property
    def stratum(self) -> str:
        """The stratum."""
        return self.patients.stratum

    def by(self, horizon: int) -> Cell:
        """Name the count of events up to a horizon."""
        return self.cohort.cell(by_horizon(self.events, horizon), self.stratum)

    def incidence(self) -> Incidence:
        """Estimate the incidence at each horizon."""
        return incidence_at(self.days, self.causes, OWN, HORIZON_DAYS)

    def rows(self) -> Iterator[Row]:
        """Build the rows, one per horizon."""
        follow_up = FollowUp.of(self.days, self.causes == CENSORED)
        return incidence_rows(
            self.cohort,
            self.metric,
            self.incidence(),
            follow_up,
            patients=self.patients,
            events=self.events,
            method=self.method,
        )


def count_by_horizon(cohort: Cohort, total: str, days: Column, mask: Mask, by: Sequence[str]) -> None:
    """Count who of a group had the event by each horizon: part of those by the next one, and of the group."""
    enclosing = total
    for horizon in sorted(HORIZON_DAYS, reverse=True):
        group = by_horizon(total, horizon)
        cohort.part(enclosing, group, mask & (days <= horizon), by)
        enclosing = group


def by_horizon(group: str, horizon: int) -> str:
    """Name those of a group who had the event by a horizon."""
    return f"{group}_by_{horizon}"


def at_horizon(metric: str, horizon: int) -> str:
    """Name the metric of an incidence at a horizon."""
    return f"{metric}_{horizon}_days"


@dataclass(frozen=True)
class FollowUp:
    """How long somebody was followed: the last day that anybody was, and the median; None for nobody."""

    last_day: float | None
    median: float | None

    @classmethod
    def of(cls, days: Column, is_censored: Mask) -> FollowUp:
        """Work it out from days, and who was censored then rather than had an event."""
        return cls(last_follow_up(days), median_follow_up(days, ~is_censored))

    def is_beyond(self, day: int) -> bool:
        """Say whether a day lies after the last follow-up; of nobody it does not."""
        return self.last_day is not None and self.last_day < day


def incidence_rows(
    cohort: Cohort,
    metric: str,
    found: Incidence,
    follow_up: FollowUp,
    *,
    patients: Cell,
    events: str,
    method: str,
    warnings: Sequence[str] = (),
) -> Iterator[Row]:
    """Build the rows of an incidence, one per horizon.

    A horizon after the last follow-up has no estimate: the curve only repeats its last value there.
    """
    for place, horizon in enumerate(HORIZON_DAYS):
        share, low, high = (known(values[place]) for values in (found.estimate, found.low, found.high))
        is_beyond = follow_up.is_beyond(horizon)
        yield estimate_row(
            cohort.tally,
            at_horizon(metric, horizon),
            patients,
            Interval() if is_beyond else Interval(share, low, high, "log-log"),
            protocol=cohort.protocol,
            method=method,
            events=cohort.cell(by_horizon(events, horizon), patients.stratum),
            warnings=(*warnings, "beyond_follow_up") if is_beyond else warnings,
            tells_counts=True,
            median_follow_up=follow_up.median,
        )
