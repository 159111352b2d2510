"""Comparing the survival of groups: log-rank test, hazard ratio, and what a study of this size could see.

Not here: a single group's curve, and naive comparisons by something only known later.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from bpp_etl.metrics.inputs import (
    Floats,
    Integers,
    Values,
    distinct_times,
    durations_from,
    flags_from,
    labels_from,
    normal_quantile,
    refusal,
    require_same_length,
)

# Event times worked on at once: bounds the memory of the group x time tables.
_CHUNK = 1 << 16
_NEWTON_STEPS = 100


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


@dataclass(frozen=True)
class HazardRatio:
    """The hazard of `group` over that of `reference`; None throughout where it is not estimable, with the reason."""

    estimate: float | None
    low: float | None
    high: float | None
    p_value: float | None
    reference: Any
    group: Any
    patients: int
    events: int
    level: float
    reason: str


def log_rank(durations: Values, observed: Values, groups: Values) -> LogRank:
    """Test whether the groups share one survival curve, for two groups or more.

    At each event time a group expects its share of the events, with the hypergeometric variance
    d (n-d)/(n-1) (n_i/n [i=j] - n_i n_j/n^2) for tied events. The statistic (O-E)' V^-1 (O-E) is chi-square with
    as many degrees of freedom as groups that expect an event, less one. Groups that expect none (all followed for
    less time than the first event) carry no information and are left out; where V is still singular its
    pseudo-inverse and its rank are used.

    None, with 0 degrees of freedom, if fewer than two groups carry information or the variance is zero: no events, or
    all of everybody's at one time. Raises ValueError for unusable durations, observed or groups. Source: Mantel 1966;
    Peto and Peto 1972; as R survival::survdiff with rho = 0.
    """
    table = _RiskTable.build(durations, observed, groups)
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
        from scipy.special import chdtrc

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


def hazard_ratio(durations: Values, observed: Values, groups: Values, level: float = 0.95) -> HazardRatio:
    """Estimate the hazard ratio of two groups by Cox regression, Efron's treatment of ties.

    The reference is the first label in sorted order, so groups coded 0 and 1 give the hazard of 1 over 0. The partial
    likelihood of one binary covariate needs only the four counts at each event time, and is solved by Newton's
    method. Interval and p-value are Wald's: exp(b +- z * se), 2 * P(Z > |b| / se).

    None throughout, with the reason, if there is only one group or no event while both are at risk, or if the
    likelihood has no maximum because every such event falls in one group (the ratio would be 0 or infinite). Raises
    ValueError for more than two groups and for unusable input. Source: Cox 1972; Efron 1977; as R survival::coxph.
    """
    z = normal_quantile(level)
    table = _RiskTable.build(durations, observed, groups)
    if len(table.labels) > 2:
        raise refusal("groups has more than two labels", "compare two groups at a time")
    reference, group = (*table.labels, None, None)[:2]
    patients, events = sum(times.size for times in table.times_by_group), int(table.observed.sum())

    def not_estimable(reason: str) -> HazardRatio:
        return HazardRatio(None, None, None, None, reference, group, patients, events, level, reason)

    if len(table.labels) < 2:
        return not_estimable("one group only" if table.labels else "no patients")
    at_risk, deaths = (np.concatenate(parts, axis=1) for parts in zip(*table.chunks(), strict=True))
    is_shared = (at_risk > 0).all(axis=0)
    at_risk, deaths = at_risk[:, is_shared], deaths[:, is_shared]
    if deaths.sum() == 0:
        return not_estimable("no event while both groups are at risk")
    if (deaths.sum(axis=1) == 0).any():
        return not_estimable("every event while both groups are at risk falls in one group")
    log_ratio, information = _solve_cox(at_risk, deaths)
    if information <= 0:
        return not_estimable("no information: everyone at risk has the event at once")
    std_error = 1 / math.sqrt(information)
    return HazardRatio(
        estimate=math.exp(log_ratio),
        low=math.exp(log_ratio - z * std_error),
        high=math.exp(log_ratio + z * std_error),
        p_value=math.erfc(abs(log_ratio) / std_error / math.sqrt(2)),
        reference=reference,
        group=group,
        patients=patients,
        events=events,
        level=level,
        reason="",
    )


def smallest_detectable_hazard_ratio(
    events: int, share: float, power: float = 0.8, alpha: float = 0.05
) -> float | None:
    """Return the hazard ratio above 1 that a two-sided log-rank test of this many events would detect.

    exp((z(1 - alpha/2) + z(power)) / sqrt(events * share * (1 - share))), `share` being one group's share of the
    patients; below 1 its inverse is meant. None without events or with an empty group, and where the ratio is too
    large to be a number. Source: Schoenfeld 1981, 1983.
    """
    if events < 0 or events != int(events) or not 0 <= share <= 1:
        raise refusal(
            "events is no count or share is not between 0 and 1", "pass 23 events and a share of 0.5"
        )
    if not (0 < power < 1 and 0 < alpha < 1):
        raise refusal("power or alpha is not between 0 and 1", "pass a power of 0.8 and an alpha of 0.05")
    information = events * share * (1 - share)
    if information == 0:
        return None
    normal = NormalDist()
    log_ratio = (normal.inv_cdf(1 - alpha / 2) + normal.inv_cdf(power)) / math.sqrt(information)
    return math.exp(log_ratio) if log_ratio < 700 else None


@dataclass(frozen=True, eq=False)
class _RiskTable:
    """At each event time, who is at risk and who has the event, by group."""

    labels: tuple[Any, ...]
    times_by_group: tuple[Floats, ...]
    event_times_by_group: tuple[Floats, ...]
    event_times: Floats
    observed: Integers

    @classmethod
    def build(cls, durations: Values, observed: Values, groups: Values) -> _RiskTable:
        times = durations_from(durations)
        is_event = flags_from(observed, "observed")
        labels, member = labels_from(groups, "groups")
        require_same_length(durations=times, observed=is_event, groups=member)
        distinct, position = distinct_times(times)
        times = distinct[position]
        order = np.lexsort((position, member))
        ends = np.cumsum(np.bincount(member, minlength=len(labels)))[:-1]
        by_group = np.split(order, ends) if labels else []
        return cls(
            labels=labels,
            times_by_group=tuple(times[rows] for rows in by_group),
            event_times_by_group=tuple(times[rows][is_event[rows]] for rows in by_group),
            event_times=np.unique(times[is_event]),
            observed=np.bincount(member[is_event], minlength=len(labels)).astype(np.int64),
        )

    def chunks(self) -> Iterator[tuple[Floats, Floats]]:
        """Yield the numbers at risk and the numbers of events, group x event time, in runs of event times."""
        for start in range(0, max(self.event_times.size, 1), _CHUNK):
            at = self.event_times[start : start + _CHUNK]
            at_risk = np.empty((len(self.labels), at.size))
            events = np.empty_like(at_risk)
            for row, (times, event_times) in enumerate(
                zip(self.times_by_group, self.event_times_by_group, strict=True)
            ):
                at_risk[row] = times.size - np.searchsorted(times, at, side="left")
                events[row] = np.searchsorted(event_times, at, side="right") - np.searchsorted(
                    event_times, at, side="left"
                )
            yield at_risk, events


def _chi_square(
    difference: Floats, variance: Floats, is_informative: npt.NDArray[np.bool_]
) -> tuple[float | None, int]:
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


def _solve_cox(at_risk: Floats, deaths: Floats) -> tuple[float, float]:
    """Return the log hazard ratio of the second group over the first, and the information there."""
    # Efron: the l-th of d tied events sees the risk set less l/d of the tied patients.
    d = deaths.sum(axis=0).astype(np.int64)
    column = np.repeat(np.arange(d.size), d)
    first_of_column = np.repeat(np.cumsum(d) - d, d)
    used = (np.arange(column.size) - first_of_column) / d[column]
    risk = at_risk[:, column] - used * deaths[:, column]
    total = float(deaths[1].sum())
    low, high = -math.inf, math.inf
    beta = 0.0
    for _ in range(_NEWTON_STEPS):
        weight = risk[1] * math.exp(beta)
        share = weight / (risk[0] + weight)
        score = total - float(share.sum())
        information = float((share * (1 - share)).sum())
        low, high = (beta, high) if score > 0 else (low, beta)
        if information <= 0:
            break
        step = score / information
        following = beta + max(-2.0, min(2.0, step))
        # The score falls with beta: a step past a known bracket is replaced by its middle.
        if not low <= following <= high:
            following = (low + high) / 2
        if abs(following - beta) <= 1e-12 * max(1.0, abs(beta)):
            return following, information
        beta = following
    return beta, information
