"""Comparisons of times between groups: HER2 positive with negative, and the registries with one another.

Not here: the times themselves (`times.py`). Groups by what is only known later are refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bpp_etl.measure.cadence import Schedule
from bpp_etl.measure.cohort import HER2, HER2_LABELS, REGISTRY, Cohort, Mask
from bpp_etl.measure.rows import Interval, Row, estimate_row
from bpp_etl.measure.tally import Cell, Tally
from bpp_etl.measure.times import Time
from bpp_etl.metrics import (
    HazardRatio,
    LogRank,
    hazard_ratio,
    log_rank,
    median_follow_up,
    smallest_detectable_hazard_ratio,
)
from bpp_etl.warehouse.select import Column
from schemas.cadence import ALIKE_DAYS

HER2_STRATUM = "her2=positive/negative"
REGISTRY_STRATUM = "registry=*"
SMALL_GROUP_EVENTS = 10
SMALL_GROUP_PATIENTS = 20
"""Far enough above the events that the warning tells no hidden count of events, up to a threshold of 10."""

COX = "Cox regression, Efron's ties"

COMPARED = ("pseudoprogression_to_progression", "confirmation_to_progression")


@dataclass(frozen=True)
class Compared:
    """What is compared: a time, whom and how many of them with the event, together and in each group.

    `stratum` names the comparison, if the cells of all do not.
    """

    metric: str
    patients: Cell
    happened: Cell
    groups: tuple[Cell, ...]
    events: tuple[Cell, ...]
    stratum: str | None = None


def comparison_rows(
    cohort: Cohort, times: list[Time], *, by_registry: Schedule, by_her2: Schedule
) -> list[Row]:
    """Build the comparisons of the times to progression, and the row that refuses the naive one.

    The schedules say how often the compared groups were scanned: registries by their first-line CTs, HER2
    groups by those of their pseudoprogressions.
    """
    rows = []
    for time in times:
        if time.metric in COMPARED:
            rows += _her2_rows(cohort, time, schedule=by_her2)
            if len(cohort.partitions[REGISTRY].labels) > 1:
                rows.append(_registry_row(cohort, time, schedule=by_registry))
    rows.append(
        estimate_row(
            cohort.tally,
            "progression_by_pseudoprogression",
            cohort.cell("candidate"),
            Interval(),
            method="Refused",
        )
    )
    return rows


def _her2_rows(cohort: Cohort, time: Time, *, schedule: Schedule) -> list[Row]:
    tally = cohort.tally
    groups, events = (
        tuple(cohort.cell(group, f"{HER2}={label}") for label in ("positive", "negative"))
        for group in (time.group, time.events)
    )
    both = tally.put_total(cohort.cell(time.group, HER2_STRATUM), groups)
    happened = tally.put_total(cohort.cell(time.events, HER2_STRATUM), events)
    tally.handy |= {both, happened}
    codes = cohort.partitions[HER2].codes
    is_positive = codes == HER2_LABELS.index("positive")
    mask = time.mask & (is_positive | (codes == HER2_LABELS.index("negative")))
    compared = Compared(time.metric, both, happened, groups, events)
    measured = time.days[mask], time.observed[mask], is_positive[mask]
    is_alike = is_cadence_alike(schedule, (cell.stratum for cell in groups))
    return compared_rows(tally, compared, *measured, warnings=() if is_alike else ("cadence_differs",))


def compared_rows(
    tally: Tally,
    compared: Compared,
    days: Column,
    observed: Column,
    is_first: Mask,
    *,
    suffixes: Sequence[str] = ("log_rank", "hazard_ratio", "detectable_ratio"),
    warnings: Iterable[str] = (),
) -> list[Row]:
    """Compare the days of two groups, who are counted already; `is_first` marks the first of them."""
    groups, events = compared.groups, compared.events
    both, happened = compared.patients, compared.happened
    test, ratio = log_rank(days, observed, is_first), hazard_ratio(days, observed, is_first)
    detectable = smallest_detectable_hazard_ratio(
        tally.counts[happened], tally.counts[groups[0]] / max(tally.counts[both], 1)
    )
    estimated = {
        "log_rank": (Interval(test.statistic, p_value=test.p_value), "Log-rank test"),
        "hazard_ratio": (ratio_interval(ratio), COX),
        "detectable_ratio": (
            Interval(detectable),
            "Schoenfeld: two-sided 5 % log-rank test, 80 % power",
        ),
    }
    told = {*warnings, *comparison_warnings(tally, groups, events)}
    rows = []
    for suffix in suffixes:
        found, method = estimated[suffix]
        is_missing = found.estimate is None and "groups_missing" not in told
        rows.append(
            estimate_row(
                tally,
                f"{compared.metric}_{suffix}",
                both,
                found,
                method=method,
                stratum=compared.stratum,
                events=happened,
                subjects=(*groups, *events),
                warnings={*told, "not_estimable"} if is_missing else told,
                tells_counts=suffix == "detectable_ratio",
                median_follow_up=median_follow_up(days, observed),
            )
        )
        # The variance of a log ratio is about the sum of 1 / events: beside all events it tells each group's.
        rows[-1].tells = (*groups, *events)
        if suffix == "log_rank":
            rows[-1].sums = log_rank_sums(test)
    return rows


def ratio_interval(ratio: HazardRatio) -> Interval:
    """Take the interval of a hazard ratio."""
    return Interval(ratio.estimate, ratio.low, ratio.high, "wald", ratio.p_value)


def log_rank_sums(test: LogRank) -> dict[str, float]:
    """Return what the tests of several sites are added by: of the second of two groups, as the ratio is."""
    if test.variance is None:
        return {}
    return {
        "observed": float(test.observed[1]),
        "expected": test.expected[1],
        "variance": test.variance,
    }


def _registry_row(cohort: Cohort, time: Time, *, schedule: Schedule) -> Row:
    groups, events = (cohort.cells(group, (REGISTRY,)) for group in (time.group, time.events))
    compared = Compared(time.metric, groups[0], events[0], tuple(groups[1:]), tuple(events[1:]))
    measured = (column[time.mask] for column in (time.days, time.observed, cohort.partitions[REGISTRY].codes))
    with_patients = (cell.stratum for cell in compared.groups if cohort.tally.counts[cell])
    is_alike = is_cadence_alike(schedule, with_patients)
    warnings = () if is_alike else ("cadence_differs",)
    return registries_row(cohort.tally, compared, *measured, warnings=warnings)


def registries_row(
    tally: Tally,
    compared: Compared,
    days: Column,
    observed: Column,
    registry: Column,
    *,
    warnings: Iterable[str] = (),
) -> Row:
    """Compare the days of all registries, whose patients are counted already."""
    test = log_rank(days, observed, registry)
    told = {*warnings, *comparison_warnings(tally, compared.groups, compared.events)}
    if test.statistic is None and "groups_missing" not in told:
        told.add("not_estimable")
    row = estimate_row(
        tally,
        f"{compared.metric}_log_rank",
        compared.patients,
        Interval(test.statistic, p_value=test.p_value),
        method=f"Log-rank test, {test.degrees_of_freedom} degrees of freedom",
        stratum=REGISTRY_STRATUM,
        events=compared.happened,
        warnings=told,
        median_follow_up=median_follow_up(days, observed),
    )
    row.tells = (*compared.groups, *compared.events)
    return row


def comparison_warnings(tally: Tally, groups: Sequence[Cell], events: Sequence[Cell]) -> set[str]:
    """Name what a reader of a comparison must know of the sizes of its groups."""
    warnings = set()
    fewest_patients, fewest_events = (min(tally.counts[cell] for cell in cells) for cells in (groups, events))
    if fewest_patients == 0:
        warnings.add("groups_missing")
    if fewest_events < SMALL_GROUP_EVENTS or fewest_patients < SMALL_GROUP_PATIENTS:
        warnings.add("small_groups")
    return warnings


def is_cadence_alike(schedule: Schedule, strata: Iterable[str]) -> bool:
    """Say whether the median CT intervals of these groups are as alike as `ALIKE_DAYS` asks.

    A group without CTs says nothing.
    """
    medians = [schedule.medians[stratum][0] for stratum in strata if stratum in schedule.medians]
    return not medians or max(medians) - min(medians) <= ALIKE_DAYS
