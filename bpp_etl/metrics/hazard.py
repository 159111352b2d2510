"""The hazard ratio of two groups, and the smallest one that a study of this size could see.

Not here: regression on more than one two-valued covariate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from bpp_etl.metrics.inputs import Floats, Values, is_count, normal_quantile, refusal
from bpp_etl.metrics.risk_table import RiskTable

_NEWTON_STEPS = 100


@dataclass(frozen=True)
class HazardRatio:
    """The hazard of `group` over that of `reference`; None, with the reason, where it cannot be estimated."""

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


def hazard_ratio(durations: Values, observed: Values, groups: Values, level: float = 0.95) -> HazardRatio:
    """Estimate the hazard ratio of two groups by Cox regression, Efron's treatment of ties.

    The reference is the first label in sorted order, so groups coded 0 and 1 give the hazard of 1 over 0. The
    partial likelihood of one binary covariate needs only the four counts at each event time, and is solved by
    Newton's method. Interval and p-value are Wald's: exp(b +- z * se), 2 * P(Z > |b| / se).

    None throughout, with the reason, if there is only one group or no event while both are at risk, or if the
    likelihood has no maximum because every such event falls in one group (the ratio would be 0 or infinite).
    Raises ValueError for more than two groups and for unusable input. Source: Cox 1972; Efron 1977; as R
    survival::coxph.
    """
    z = normal_quantile(level)
    table = RiskTable.build(durations, observed, groups)
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

    exp((z(1 - alpha/2) + z(power)) / sqrt(events * share * (1 - share))), `share` being one group's share of
    the patients; below 1 its inverse is meant. None without events or with an empty group, and where the
    ratio is too large to be a number. Source: Schoenfeld 1981, 1983.
    """
    if not is_count(events) or not 0 <= share <= 1:
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
