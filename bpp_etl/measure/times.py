"""Times: medians with their intervals, interval-censored medians, and survival curves.

Not here: comparing the times of groups (`comparisons.py`) and competing risks (`incidence.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bpp_etl.measure.cohort import EVIDENCE, HER2, REGISTRY, Cohort, Mask
from bpp_etl.measure.flow import BY_ALL
from bpp_etl.measure.rows import FEWEST_EVENTS, Interval, Row, estimate_row
from bpp_etl.measure.tally import Cell, Tally
from bpp_etl.metrics import (
    KaplanMeier,
    Turnbull,
    kaplan_meier,
    median_follow_up,
    median_survival,
    turnbull,
)
from bpp_etl.metrics.survival import Interval as Band
from bpp_etl.warehouse.select import Column
from schemas.event import STATE
from schemas.metric_codes import MASS_INTERVAL

MEDIAN_METHOD = "Kaplan-Meier median: first day with S <= 0.5"
TURNBULL_METHOD = "Turnbull median: the interval (low, high] in which S falls to 0.5"


@dataclass(frozen=True)
class Time:
    """One time that is measured: of which group, how long, and whether the event was seen."""

    metric: str
    group: str
    events: str
    mask: Mask
    days: Column
    observed: Column

    def follow_up(self, mask: Mask) -> float | None:
        """Return the median follow-up of some patients, by reverse Kaplan-Meier."""
        return median_follow_up(self.days[mask], self.observed[mask])


@dataclass(frozen=True)
class Curve:
    """A survival curve before disclosure control, with the cells of those it is of."""

    metric: str
    patients: Cell
    events: Cell
    curve: KaplanMeier


def times_of(cohort: Cohort) -> list[Time]:
    """Name the times that are measured."""
    is_candidate = cohort["state"] >= 0
    is_pseudo = cohort["state"] == STATE.index("pseudoprogression")
    followed, has_progression = cohort["days_followed"], cohort["has_progression"]
    from_confirmation = followed - cohort["days_to_confirmation"]
    return [
        Time(
            "time_to_pseudoprogression",
            "pseudoprogression",
            "pseudoprogression",
            is_pseudo,
            cohort["days_to_event"],
            is_candidate,
        ),
        Time(
            "pseudoprogression_to_progression",
            "pseudoprogression",
            "progressed",
            is_pseudo,
            followed,
            has_progression,
        ),
        Time(
            "confirmation_to_progression",
            "pseudoprogression",
            "progressed",
            is_pseudo,
            from_confirmation,
            has_progression,
        ),
        Time(
            "candidate_to_progression",
            "candidate",
            "candidate_progressed",
            is_candidate,
            cohort["days_observed"],
            cohort["has_observed_progression"],
        ),
    ]


def time_rows(cohort: Cohort, times: list[Time]) -> list[Row]:
    """Build the medians of all times: everyone, by registry and HER2 status, and on complete evidence."""
    rows = []
    for time in times:
        for stratum, mask in cohort.strata(time.mask, BY_ALL):
            if stratum != f"{EVIDENCE}=refused":
                rows.append(median_row(cohort, time, stratum, mask, "log-log"))
        if time.metric in ("time_to_pseudoprogression", "pseudoprogression_to_progression"):
            for stratum, mask in cohort.strata(time.mask, (HER2,)):
                rows.append(median_row(cohort, time, stratum, mask, "spss"))
    return rows


def interval_censored_rows(cohort: Cohort, times: list[Time]) -> list[Row]:
    """Build the medians of times known only to lie between two scans: everyone, and by HER2 status."""
    named = {time.metric: time for time in times}
    rows = []
    after_event = cohort["days_to_progression_after"]
    for metric, lower in (
        ("time_to_pseudoprogression", cohort["days_to_onset_after"]),
        ("pseudoprogression_to_progression", after_event),
        ("confirmation_to_progression", np.maximum(after_event - cohort["days_to_confirmation"], 0)),
        ("candidate_to_progression", after_event),
    ):
        time = named[metric]
        upper = np.where(time.observed, time.days, np.inf)
        after = np.where(time.observed, lower, time.days)
        for stratum, mask in cohort.strata(time.mask, (HER2,)):
            found, warning = _median_interval(turnbull(after[mask], upper[mask]))
            rows.append(
                estimate_row(
                    cohort.tally,
                    f"{metric}_interval_censored",
                    cohort.cell(time.group, stratum),
                    found,
                    method=TURNBULL_METHOD,
                    events=cohort.cell(time.events, stratum),
                    warnings=(warning,) if warning else (),
                    not_said=("median_is_interval",) if warning else (),
                    median_follow_up=time.follow_up(mask),
                )
            )
    return rows


def _median_interval(found: Turnbull) -> tuple[Interval, str | None]:
    """Give the interval that holds the median, never its middle, and a warning if it is none after all.

    Mass beyond the last visits has no upper end; a day that is known is the estimate itself.
    """
    low, high = found.median_interval or (None, None)
    if low is None or high is None:
        return Interval(), None
    if low == high:
        return Interval(high), "no_interval"
    if not np.isfinite(high):
        return Interval(None, low, None, MASS_INTERVAL), "median_not_reached"
    return Interval(None, low, high, MASS_INTERVAL), None


def curves_of(cohort: Cohort, times: Sequence[Time], by: Sequence[str] = (REGISTRY, HER2)) -> Iterator[Curve]:
    """Yield the survival curves of all times: everyone, by registry and HER2 status."""
    for time in times:
        for stratum, mask in cohort.strata(time.mask, by):
            yield Curve(
                metric=time.metric,
                patients=cohort.cell(time.group, stratum),
                events=cohort.cell(time.events, stratum),
                curve=kaplan_meier(time.days[mask], time.observed[mask]),
            )


def median_row(cohort: Cohort, time: Time, stratum: str, mask: Mask, interval: Band = "log-log") -> Row:
    """Build the row of a median; `mask` are those of the time that are in the stratum."""
    cells = cohort.cell(time.group, stratum), cohort.cell(time.events, stratum)
    return median_estimate(cohort.tally, time.metric, *cells, time.days[mask], time.observed[mask], interval)


def median_estimate(
    tally: Tally,
    metric: str,
    patients: Cell,
    events: Cell,
    days: Column,
    observed: Column,
    interval: Band = "log-log",
) -> Row:
    """Estimate the median of the days of some patients, who are counted already, and build its row."""
    found = median_survival(days, observed, interval)
    warnings = set()
    if found.patients and found.estimate is None:
        warnings.add("median_not_reached")
    if found.events >= FEWEST_EVENTS and None in (found.low, found.high):
        warnings.add("limit_not_reached")
    return estimate_row(
        tally,
        metric if interval == "log-log" else f"{metric}_{interval}",
        patients,
        Interval(found.estimate, found.low, found.high, interval),
        method=MEDIAN_METHOD,
        events=events,
        warnings=warnings,
        median_follow_up=median_follow_up(days, observed),
    )
