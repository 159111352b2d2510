"""Pseudoprogression against none, from a landmark on and as a status that begins when it is confirmed.

Not here: curves of patients who ever have one against those who never do, which `comparisons.py` refuses: to
be confirmed a patient must live without progression up to two further CTs, so these differ by construction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpp_etl.measure.cohort import REGISTRY, Cohort, Mask, Partition
from bpp_etl.measure.comparisons import SMALL_GROUP_EVENTS, comparison_warnings, log_rank_sums
from bpp_etl.measure.first_line import DIED, PROGRESSED_OR_DIED, WHOLE
from bpp_etl.measure.rows import Interval, Row, estimate_row
from bpp_etl.measure.times import Time, median_row
from bpp_etl.metrics import HazardRatio, hazard_ratio, log_rank, median_follow_up, status_hazard_ratio
from schemas.metric_codes import LANDMARK_DAYS

STATUS = "status"
STATUS_LABELS = ("none", "pseudoprogression")
BETWEEN = "status=pseudoprogression/none"
COX = "Cox regression, Efron's ties"
TIME_DEPENDENT = f"{COX}; status from the confirming CT on, each registry with its own baseline hazard"


@dataclass(frozen=True)
class Landmark:
    """Those alive, without progression and under observation after a day, split by status on it."""

    days: int
    cohort: Cohort
    times: tuple[Time, ...]


def landmarks_of(first_line: Cohort) -> list[Landmark]:
    """Split the patients at each landmark, and count them and how their lines ended."""
    return [_landmark(first_line, days) for days in LANDMARK_DAYS]


def landmark_rows(landmarks: list[Landmark]) -> list[Row]:
    """Build medians from each landmark on, by status, and the comparison of the two."""
    rows = []
    for landmark in landmarks:
        for time in landmark.times:
            rows += [
                median_row(landmark.cohort, time, stratum, mask)
                for stratum, mask in landmark.cohort.strata(time.mask, (STATUS,))
            ]
            rows += _comparison_rows(landmark.cohort, time)
    return rows


def time_dependent_rows(first_line: Cohort) -> list[Row]:
    """Build the hazard ratio of the status, which begins at the confirming CT and never at the event.

    Of progression or death alone: whoever is still at risk of that has not progressed, with the status or
    without. Of death it would set patients who had not progressed when they were confirmed against some who
    had, and find them to live longer whatever a pseudoprogression means.
    """
    days, observed = first_line["days_without_progression"], first_line["has_progressed_or_died"].astype(bool)
    confirmed = first_line["days_to_confirmation"]
    ratio = status_hazard_ratio(days, observed, confirmed, strata=first_line[REGISTRY])
    group = f"{PROGRESSED_OR_DIED} with {STATUS_LABELS[1]}"
    has_status = observed & (confirmed < days)
    first_line.split(PROGRESSED_OR_DIED, {group: has_status, f"{group} not": observed & ~has_status})
    events = tuple(first_line.cell(name) for name in (group, f"{group} not"))
    warnings = {"small_groups"} if first_line.tally.counts[events[0]] < SMALL_GROUP_EVENTS else set()
    return [
        estimate_row(
            first_line.tally,
            "time_dependent_hazard_ratio",
            first_line.cell(WHOLE),
            _interval(ratio),
            method=TIME_DEPENDENT,
            events=first_line.cell(PROGRESSED_OR_DIED),
            # The variance of a log ratio is about the sum of 1 / events: beside all events it tells each.
            subjects=(first_line.cell(WHOLE), *events),
            warnings=warnings if ratio.estimate is not None else {*warnings, "not_estimable"},
            median_follow_up=median_follow_up(days, observed),
        )
    ]


def _landmark(first_line: Cohort, days: int) -> Landmark:
    without, alive = first_line["days_without_progression"], first_line["days_alive"]
    is_there: Mask = without > days
    codes = (first_line["days_to_confirmation"] <= days).astype(np.int64)
    partitions = {STATUS: Partition(STATUS, STATUS_LABELS, codes)}
    cohort = Cohort(first_line.protocol, first_line.columns, partitions, first_line.tally, first_line.window)
    group, progressed, died = (f"{name}_after_{days}" for name in (WHOLE, PROGRESSED_OR_DIED, DIED))
    has_progressed, has_died = (
        first_line[name].astype(bool) for name in ("has_progressed_or_died", "has_died")
    )
    cohort.count(group, is_there, (STATUS,))
    cohort.tally.put_rest(cohort.cell(WHOLE), cohort.cell(group))
    cohort.part(group, progressed, is_there & has_progressed, (STATUS,))
    cohort.part(group, died, is_there & has_died, (STATUS,))
    prefix = f"landmark_{days}"
    return Landmark(
        days,
        cohort,
        (
            Time(
                f"{prefix}_progression_free_survival",
                group,
                progressed,
                is_there,
                without - days,
                has_progressed,
            ),
            Time(f"{prefix}_overall_survival", group, died, is_there, alive - days, has_died),
        ),
    )


def _comparison_rows(cohort: Cohort, time: Time) -> list[Row]:
    status = cohort.partitions[STATUS].codes[time.mask]
    measured = time.days[time.mask], time.observed[time.mask], status
    test, ratio = log_rank(*measured), hazard_ratio(*measured)
    follow_up = time.follow_up(time.mask)
    groups = cohort.cells(time.group, (STATUS,))[1:]
    events = [cell._replace(group=time.events) for cell in groups]
    warnings = comparison_warnings(cohort, groups, events)
    rows = []
    for suffix, found, method in (
        ("hazard_ratio", _interval(ratio), COX),
        ("log_rank", Interval(test.statistic, p_value=test.p_value), "Log-rank test"),
    ):
        is_missing = found.estimate is None and "groups_missing" not in warnings
        rows.append(
            estimate_row(
                cohort.tally,
                f"{time.metric}_{suffix}",
                cohort.cell(time.group),
                found,
                method=method,
                stratum=BETWEEN,
                events=cohort.cell(time.events),
                subjects=(*groups, *events),
                warnings={*warnings, "not_estimable"} if is_missing else warnings,
                median_follow_up=follow_up,
            )
        )
        rows[-1].tells = (*groups, *events)
    rows[-1].sums = log_rank_sums(test)
    return rows


def _interval(ratio: HazardRatio) -> Interval:
    return Interval(ratio.estimate, ratio.low, ratio.high, "wald", ratio.p_value)
