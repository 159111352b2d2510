"""Estimates at fixed days: how many had the event by each, and none where nobody was followed so far.

Not here: what is estimated (`incidence.py`, `first_line_incidence.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bpp_etl.measure.cohort import Cohort, Mask
from bpp_etl.measure.rows import Interval, Row, estimate_row, known
from bpp_etl.measure.tally import Cell
from bpp_etl.metrics import Incidence, last_follow_up, median_follow_up
from bpp_etl.warehouse.select import Column
from schemas.metric_codes import HORIZON_DAYS


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
            f"{metric}_{horizon}_days",
            patients,
            Interval() if is_beyond else Interval(share, low, high, "log-log"),
            protocol=cohort.protocol,
            method=method,
            events=cohort.cell(by_horizon(events, horizon), patients.stratum),
            warnings=(*warnings, "beyond_follow_up") if is_beyond else warnings,
            tells_counts=True,
            median_follow_up=follow_up.median,
        )
