"""Pseudoprogression against none, from a landmark on and as a status that begins when it is confirmed.

Not here: curves of patients who ever have one against those who never do, which `comparisons.py` refuses: to
be confirmed a patient must live without progression up to two further CTs, so these differ by construction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpp_etl.measure.cohort import REGISTRY, Cohort, Mask, Partition
from bpp_etl.measure.comparisons import COX, SMALL_GROUP_EVENTS, Compared, compared_rows, ratio_interval
from bpp_etl.measure.first_line import DIED, PROGRESSED_OR_DIED, WHOLE
from bpp_etl.measure.rows import Row, estimate_row
from bpp_etl.measure.times import Time, median_row
from bpp_etl.metrics import median_follow_up, status_hazard_ratio
from schemas.metric_codes import LANDMARK_DAYS

STATUS = "status"
STATUS_LABELS = ("none", "pseudoprogression")
BETWEEN = "status=pseudoprogression/none"
SUFFIXES = ("hazard_ratio", "log_rank")
"""How a landmark's groups are compared."""
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
            ratio_interval(ratio),
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
    groups, events = (cohort.cells(group, (STATUS,)) for group in (time.group, time.events))
    compared = Compared(
        time.metric, groups[0], events[0], tuple(groups[1:]), tuple(events[1:]), stratum=BETWEEN
    )
    measured = (column[time.mask] for column in (time.days, time.observed, cohort.partitions[STATUS].codes))
    return compared_rows(cohort.tally, compared, *measured, suffixes=SUFFIXES)
