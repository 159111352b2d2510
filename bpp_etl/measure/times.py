"""Times: medians with their intervals, interval-censored medians, and survival curves.

Not here: comparing the times of groups (`comparisons.py`) and competing risks (`incidence.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bpp_etl.measure.cohort import EVIDENCE, HER2, REGISTRY, Cohort, Mask
from bpp_etl.measure.disclosure import is_any_small
from bpp_etl.measure.flow import BY_ALL
from bpp_etl.measure.gathering import curve_steps
from bpp_etl.measure.queries import Column
from bpp_etl.measure.rows import FEWEST_EVENTS, Interval, Row, estimate_row
from bpp_etl.measure.tally import Cell, Tally
from bpp_etl.metrics import KaplanMeier, kaplan_meier, median_survival, turnbull
from bpp_etl.metrics.survival import Interval as Band
from schemas.event import STATE

MEDIAN_METHOD = "Kaplan-Meier median: first day with S <= 0.5"
TURNBULL_METHOD = "Turnbull median: middle of the interval in which S falls to 0.5"


@dataclass(frozen=True)
class Time:
    """One time that is measured: of which group, from what to what, and what a reader must know of it."""

    metric: str
    group: str
    events: str
    mask: Mask
    days: Column
    observed: Column
    warnings: tuple[str, ...]


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
    late, dead = ("interval_censored",), ("death_censored", "interval_censored")
    selected = ("selected_on_outcome",)
    return [
        Time(
            "time_to_pseudoprogression",
            "pseudoprogression",
            "pseudoprogression",
            is_pseudo,
            cohort["days_to_event"],
            is_candidate,
            (*late, *selected),
        ),
        Time(
            "pseudoprogression_to_progression",
            "pseudoprogression",
            "progressed",
            is_pseudo,
            followed,
            has_progression,
            (*dead, *selected, "guarantee_time"),
        ),
        Time(
            "confirmation_to_progression",
            "pseudoprogression",
            "progressed",
            is_pseudo,
            from_confirmation,
            has_progression,
            (*dead, *selected),
        ),
        Time(
            "candidate_to_progression",
            "candidate",
            "candidate_progressed",
            is_candidate,
            followed,
            has_progression,
            dead,
        ),
    ]


def time_rows(cohort: Cohort, times: list[Time]) -> list[Row]:
    """Build the medians of all times: everyone, by registry and HER2 status, and on complete evidence."""
    rows = []
    for time in times:
        for stratum, mask in cohort.strata(time.mask, BY_ALL):
            if stratum != f"{EVIDENCE}=refused":
                rows.append(_median_row(cohort, time, stratum, mask, "log-log"))
        if time.metric in ("time_to_pseudoprogression", "pseudoprogression_to_progression"):
            for stratum, mask in cohort.strata(time.mask, (HER2,)):
                rows.append(_median_row(cohort, time, stratum, mask, "spss"))
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
            found = turnbull(after[mask], upper[mask])
            warnings = {"no_interval", *time.warnings} - {"interval_censored"}
            if found.patients and found.median is None:
                warnings.add("median_not_reached")
            rows.append(
                estimate_row(
                    cohort.tally,
                    f"{metric}_interval_censored",
                    cohort.cell(time.group, stratum),
                    Interval(found.median),
                    unit="days",
                    method=TURNBULL_METHOD,
                    events=cohort.cell(time.events, stratum),
                    warnings=warnings,
                )
            )
    return rows


def curves_of(cohort: Cohort, times: list[Time]) -> Iterator[Curve]:
    """Yield the survival curves of all times: everyone, by registry and HER2 status."""
    for time in times:
        for stratum, mask in cohort.strata(time.mask, (REGISTRY, HER2)):
            yield Curve(
                metric=time.metric,
                patients=cohort.cell(time.group, stratum),
                events=cohort.cell(time.events, stratum),
                curve=kaplan_meier(time.days[mask], time.observed[mask]),
            )


def curve_rows(found: Curve, tally: Tally, hidden: set[Cell], threshold: int) -> list[Row]:
    """Build the rows of `metric.survival_curve`; none where they would tell a number that is hidden.

    Few events, or few censorings, the steps keep to themselves.
    """
    patients, events = tally.counts[found.patients], tally.counts[found.events]
    is_few = is_any_small((events, patients - events), threshold)
    if found.patients in hidden or (found.events in hidden and not is_few):
        return []
    seen = 0
    rows = []
    for step in curve_steps(found.curve, threshold, are_totals_shown=found.events not in hidden):
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


def _median_row(cohort: Cohort, time: Time, stratum: str, mask: Mask, interval: Band) -> Row:
    found = median_survival(time.days[mask], time.observed[mask], interval)
    warnings = set(time.warnings)
    if found.patients and found.estimate is None:
        warnings.add("median_not_reached")
    if found.events >= FEWEST_EVENTS and None in (found.low, found.high):
        warnings.add("limit_not_reached")
    if interval == "spss":
        warnings.add("comparison_only")
    return estimate_row(
        cohort.tally,
        time.metric if interval == "log-log" else f"{time.metric}_{interval}",
        cohort.cell(time.group, stratum),
        Interval(found.estimate, found.low, found.high, interval),
        unit="days",
        method=MEDIAN_METHOD,
        events=cohort.cell(time.events, stratum),
        warnings=warnings,
    )
