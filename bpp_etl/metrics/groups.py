"""The log-rank test of groups' survival.

Not here: the size of the effect, and naive comparisons by something only known later.

Of two groups it is what the stratified test adds up, so that one site alone gives the same by either.
The test of more is lifelines', which takes a second to load. Which groups can be tested, and whether there
is anything to test, is decided here: lifelines gives a degree of freedom to a group followed for less time
than the first event, as R does not, and p = 1 where there is nothing to test.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from bpp_etl.metrics.grouped import GroupedTimes
from bpp_etl.metrics.inputs import Values, normal_p_value


@dataclass(frozen=True, eq=False)
class LogRank:
    """A log-rank test; None where there is nothing to test. Per-group fields follow `groups`.

    `variance` is that of observed less expected events of either of two groups; None for other numbers of
    groups. Over tests of different patients observed, expected and variance may be added (the stratified
    test).
    """

    statistic: float | None
    p_value: float | None
    degrees_of_freedom: int
    groups: tuple[Any, ...]
    patients: tuple[int, ...]
    observed: tuple[int, ...]
    expected: tuple[float, ...]
    variance: float | None


def log_rank(durations: Values, observed: Values, groups: Values) -> LogRank:
    """Test whether the groups share one survival curve, for two groups or more.

    At each event time a group expects its share of the events, with the hypergeometric variance d (n-d)/(n-1)
    (n_i/n [i=j] - n_i n_j/n^2) for tied events. The statistic (O-E)' V^-1 (O-E) is chi-square with as many
    degrees of freedom as groups that expect an event, less one. Groups that expect none (all followed for
    less time than the first event) carry no information and are left out.

    None, with 0 degrees of freedom, if fewer than two groups carry information or the variance is zero: no
    events, or all of everybody's at one time. Raises ValueError for unusable durations, observed or groups.
    Source: Mantel 1966; Peto and Peto 1972; as R survival::survdiff with rho = 0;
    more than two groups by lifelines.statistics.multivariate_logrank_test.

    Cost: in whole days a million patients take 0.5 s in 20 groups and 4 s in 200. Lifelines keeps a table of
    distinct times by groups: a million times that all differ, in 20 groups, take 17 s and 4 GB.
    """
    grouped = GroupedTimes.build(durations, observed, groups)
    expected = grouped.expected(grouped.is_event)
    is_informative = expected > 0
    statistic, p_value, degrees = None, None, 0
    if is_informative.sum() > 1 and _varies(grouped):
        statistic, p_value = _tested(grouped.only(is_informative))
        degrees = int(is_informative.sum()) - 1
    return LogRank(
        statistic=statistic,
        p_value=p_value,
        degrees_of_freedom=degrees,
        groups=grouped.labels,
        patients=tuple(grouped.patients().tolist()),
        observed=tuple(grouped.events(grouped.is_event).tolist()),
        expected=tuple(expected.tolist()),
        variance=grouped.variance() if len(grouped.labels) == 2 else None,
    )


def _tested(grouped: GroupedTimes) -> tuple[float, float]:
    """Return the statistic with its p-value for groups that all carry information."""
    if len(grouped.labels) == 2:
        excess = grouped.events(grouped.is_event)[0] - grouped.expected(grouped.is_event)[0]
        statistic = float(excess**2 / grouped.variance())
        return statistic, normal_p_value(math.sqrt(statistic))
    from lifelines.statistics import multivariate_logrank_test  # noqa: PLC0415 - a second to load

    found = multivariate_logrank_test(grouped.times, grouped.member, grouped.is_event)
    return max(float(found.test_statistic), 0.0), float(found.p_value)


def _varies(grouped: GroupedTimes) -> bool:
    """Say whether somebody at risk of the first event does not have it; else it is the last one too."""
    first = grouped.times[grouped.is_event].min()
    return bool(((grouped.times > first) | ((grouped.times == first) & ~grouped.is_event)).any())
