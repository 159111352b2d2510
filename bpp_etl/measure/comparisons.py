"""Comparisons of times between groups: HER2 positive with negative, and the registries with one another.

Not here: the times themselves (`times.py`). Groups by what is only known later are refused.
"""

from __future__ import annotations

from collections.abc import Iterable

from bpp_etl.measure.cadence import Schedule
from bpp_etl.measure.cohort import HER2, HER2_LABELS, REGISTRY, Cohort
from bpp_etl.measure.rows import Interval, Row, estimate_row
from bpp_etl.measure.tally import Cell
from bpp_etl.measure.times import Time
from bpp_etl.metrics import LogRank, hazard_ratio, log_rank, smallest_detectable_hazard_ratio
from schemas.cadence import ALIKE_DAYS

HER2_STRATUM = "her2=positive/negative"
REGISTRY_STRATUM = "registry=*"
SMALL_GROUP_EVENTS = 10
SMALL_GROUP_PATIENTS = 20
"""Far enough above the events that the warning tells no hidden count of events, up to a threshold of 10."""

COMPARED = ("pseudoprogression_to_progression", "confirmation_to_progression")


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
    groups = [cohort.cell(time.group, f"{HER2}={label}") for label in ("positive", "negative")]
    events = [cell._replace(group=time.events) for cell in groups]
    both = tally.put_total(cohort.cell(time.group, HER2_STRATUM), groups)
    happened = tally.put_total(cohort.cell(time.events, HER2_STRATUM), events)
    tally.handy |= {both, happened}
    codes = cohort.partitions[HER2].codes
    is_positive = codes == HER2_LABELS.index("positive")
    mask = time.mask & (is_positive | (codes == HER2_LABELS.index("negative")))
    measured = time.days[mask], time.observed[mask], is_positive[mask]
    test, ratio = log_rank(*measured), hazard_ratio(*measured)
    warnings = comparison_warnings(cohort, groups, events)
    if not is_cadence_alike(schedule, (cell.stratum for cell in groups)):
        warnings.add("cadence_differs")
    follow_up = time.follow_up(mask)
    detectable = smallest_detectable_hazard_ratio(
        tally.counts[happened], tally.counts[groups[0]] / max(tally.counts[both], 1)
    )
    rows = []
    for suffix, found, method in (
        ("log_rank", Interval(test.statistic, p_value=test.p_value), "Log-rank test"),
        (
            "hazard_ratio",
            Interval(ratio.estimate, ratio.low, ratio.high, "wald", ratio.p_value),
            "Cox regression, Efron's ties",
        ),
        (
            "detectable_ratio",
            Interval(detectable),
            "Schoenfeld: two-sided 5 % log-rank test, 80 % power",
        ),
    ):
        is_missing = found.estimate is None and "groups_missing" not in warnings
        rows.append(
            estimate_row(
                tally,
                f"{time.metric}_{suffix}",
                both,
                found,
                method=method,
                events=happened,
                subjects=(*groups, *events),
                warnings={*warnings, "not_estimable"} if is_missing else warnings,
                tells_counts=suffix == "detectable_ratio",
                median_follow_up=follow_up,
            )
        )
        # The variance of a log ratio is about the sum of 1 / events: beside all events it tells each group's.
        rows[-1].tells = (*groups, *events)
    rows[0].sums = log_rank_sums(test)
    return rows


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
    codes = cohort.partitions[REGISTRY].codes[time.mask]
    test = log_rank(time.days[time.mask], time.observed[time.mask], codes)
    groups = cohort.cells(time.group, (REGISTRY,))[1:]
    events = [cell._replace(group=time.events) for cell in groups]
    warnings = comparison_warnings(cohort, groups, events)
    compared = (cell.stratum for cell in groups if cohort.tally.counts[cell])
    if not is_cadence_alike(schedule, compared):
        warnings.add("cadence_differs")
    if test.statistic is None and "groups_missing" not in warnings:
        warnings.add("not_estimable")
    row = estimate_row(
        cohort.tally,
        f"{time.metric}_log_rank",
        cohort.cell(time.group),
        Interval(test.statistic, p_value=test.p_value),
        method=f"Log-rank test, {test.degrees_of_freedom} degrees of freedom",
        stratum=REGISTRY_STRATUM,
        events=cohort.cell(time.events),
        warnings=warnings,
        median_follow_up=time.follow_up(time.mask),
    )
    row.tells = (*groups, *events)
    return row


def comparison_warnings(cohort: Cohort, groups: list[Cell], events: list[Cell]) -> set[str]:
    """Name what a reader of a comparison must know of the sizes of its groups."""
    warnings = set()
    fewest_patients, fewest_events = (
        min(cohort.tally.counts[cell] for cell in cells) for cells in (groups, events)
    )
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
