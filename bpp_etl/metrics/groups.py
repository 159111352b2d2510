"""The log-rank test of groups' survival.

Not here: the size of the effect, and naive comparisons by something only known later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from bpp_etl.metrics.inputs import Flags, Floats, Values
from bpp_etl.metrics.risk_table import RiskTable


@dataclass(frozen=True, eq=False)
class LogRank:
    """A log-rank test; None where there is nothing to test. Per-group fields follow `groups`."""

    statistic: float | None
    p_value: float | None
    degrees_of_freedom: int
    groups: tuple[Any, ...]
    patients: tuple[int, ...]
    observed: tuple[int, ...]
    expected: tuple[float, ...]


def log_rank(durations: Values, observed: Values, groups: Values) -> LogRank:
    """Test whether the groups share one survival curve, for two groups or more.

    At each event time a group expects its share of the events, with the hypergeometric variance d (n-d)/(n-1)
    (n_i/n [i=j] - n_i n_j/n^2) for tied events. The statistic (O-E)' V^-1 (O-E) is chi-square with as many
    degrees of freedom as groups that expect an event, less one. Groups that expect none (all followed for
    less time than the first event) carry no information and are left out; where V is still singular its
    pseudo-inverse and its rank are used.

    None, with 0 degrees of freedom, if fewer than two groups carry information or the variance is zero: no
    events, or all of everybody's at one time. Raises ValueError for unusable durations, observed or groups.
    Source: Mantel 1966; Peto and Peto 1972; as R survival::survdiff with rho = 0.
    """
    table = RiskTable.build(durations, observed, groups)
    k = len(table.labels)
    expected, variance = np.zeros(k), np.zeros((k, k))
    for at_risk, events in table.chunks():
        n, d = at_risk.sum(axis=0), events.sum(axis=0)
        share = at_risk / n
        expected += share @ d
        weight = d * (n - d) / np.maximum(n - 1, 1)
        weighted = share * weight
        variance += np.diag(weighted.sum(axis=1)) - weighted @ share.T
    statistic, degrees = _chi_square(table.observed - expected, variance, expected > 0)
    p_value = None
    if statistic is not None:
        from scipy.special import chdtrc  # noqa: PLC0415 - scipy takes a third of a second to load

        p_value = float(chdtrc(degrees, statistic))
    return LogRank(
        statistic=statistic,
        p_value=p_value,
        degrees_of_freedom=degrees,
        groups=table.labels,
        patients=tuple(int(times.size) for times in table.times_by_group),
        observed=tuple(int(number) for number in table.observed),
        expected=tuple(float(number) for number in expected),
    )


def _chi_square(difference: Floats, variance: Floats, is_informative: Flags) -> tuple[float | None, int]:
    # The differences add up to zero, so one group is redundant; the first is left out, as in R.
    kept = np.flatnonzero(is_informative)[1:]
    if kept.size == 0:
        return None, 0
    reduced, shift = variance[np.ix_(kept, kept)], difference[kept]
    rank = int(np.linalg.matrix_rank(reduced, hermitian=True))
    if rank == 0:
        return None, 0
    if rank == kept.size:
        solution = np.linalg.solve(reduced, shift)
    else:
        solution = np.linalg.pinv(reduced, hermitian=True) @ shift
    return max(float(shift @ solution), 0.0), rank
