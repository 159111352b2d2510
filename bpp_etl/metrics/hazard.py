"""The hazard ratio of two groups, and the smallest one that a study of this size could see.

Not here: regression on more than one two-valued covariate, which a notebook does by lifelines itself.

The likelihood, and why it is not lifelines', is in `status_likelihood.py`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from bpp_etl.metrics.grouped import GroupedTimes
from bpp_etl.metrics.inputs import Values, is_count, normal_p_value, normal_quantile, refusal
from bpp_etl.metrics.status_likelihood import maximum, risk_sets

LARGEST_LOG = 700.0
"""The logarithm of what is about the largest number there is."""

UNBOUNDED = "too few events to bound the ratio"


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

    The reference is the first label in sorted order, so groups coded 0 and 1 give the hazard of 1 over 0.
    Interval and p-value are Wald's: exp(b +- z * se), 2 * P(Z > |b| / se).

    None throughout, with the reason, if there is only one group or no event while both are at risk, or if the
    likelihood has no maximum because every such event falls in one group (the ratio would be 0 or infinite).
    Raises ValueError for more than two groups and for unusable input. Source: Cox 1972; Efron 1977; as R
    survival::coxph.
    """
    z = normal_quantile(level)
    grouped = GroupedTimes.build(durations, observed, groups)
    labels = grouped.labels
    if len(labels) > 2:
        raise refusal("groups has more than two labels", "compare two groups at a time")
    reference, group = (*labels, None, None)[:2]
    patients, events = grouped.times.size, int(grouped.is_event.sum())

    def not_estimable(reason: str) -> HazardRatio:
        return HazardRatio(None, None, None, None, reference, group, patients, events, level, reason)

    if len(labels) < 2:
        return not_estimable("one group only" if labels else "no patients")
    since = np.where(grouped.member == 1, -1.0, np.inf)
    sets = risk_sets(grouped.times, grouped.is_event, since, np.zeros(patients, dtype=np.int64))
    if sets.events == 0:
        return not_estimable("no event while both groups are at risk")
    if not 0 < sets.within < sets.events:
        return not_estimable("every event while both groups are at risk falls in one group")
    found = wald(*maximum(sets), z)
    if found is None:
        return not_estimable(UNBOUNDED)
    return HazardRatio(*found, reference, group, patients, events, level, reason="")


def wald(log_ratio: float, error: float, z: float) -> tuple[float, float, float, float] | None:
    """Return a ratio with its limits and p-value, of its logarithm and the error of that.

    None where they are too large to be numbers: beyond that nothing bounds the ratio.
    """
    if abs(log_ratio) + z * error > LARGEST_LOG:
        return None
    ratio, low, high = (math.exp(log_ratio + side * z * error) for side in (0, -1, 1))
    return ratio, low, high, normal_p_value(log_ratio / error)


def smallest_detectable_hazard_ratio(
    events: int, share: float, power: float = 0.8, alpha: float = 0.05
) -> float | None:
    """Return the hazard ratio above 1 that a two-sided log-rank test of this many events would detect.

    exp((z(1 - alpha/2) + z(power)) / sqrt(events * share * (1 - share))), `share` being one group's share of
    the patients; below 1 its inverse is meant. None without events or with an empty group, and where the
    ratio is too large to be a number. Source: Schoenfeld 1981, 1983. (lifelines answers the inverse question
    only: the power for a given ratio.)
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
    return math.exp(log_ratio) if log_ratio < LARGEST_LOG else None
