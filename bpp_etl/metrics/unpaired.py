"""The rank-sum test of two groups, with the Hodges-Lehmann difference between them and its interval.

Not here: differences within a patient (`paired.py`).

Not scipy.stats.mannwhitneyu, whose exact null knows no ties and which turns to the normal approximation where
there are any; ALP in whole U/L ties.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bpp_etl.metrics.inputs import Floats, Integers, Values, normal_p_value, normal_quantile, numbers, refusal
from bpp_etl.metrics.paired import doubled_midranks

EXACT_LIMIT = 100
"""Up to so many values in both groups the null is exact: a tenth of a second at the limit."""
MOST_LISTED = 1_000_000
"""Up to so many differences between the groups all are listed; of more, single ones are looked for."""
_ROUNDING = 1e-10


@dataclass(frozen=True)
class RankSum:
    """How much higher the first group lies. `statistic` counts the pairs in which it does, ties by half.

    `method` says which null was used.
    """

    p_value: float | None
    estimate: float | None
    low: float | None
    high: float | None
    statistic: float | None
    method: Literal["exact", "normal approximation", "nothing to test"]
    level: float


def rank_sum(first: Values, second: Values, level: float = 0.95) -> RankSum:
    """Test whether two groups have one distribution, and estimate how much higher the first one lies.

    **Null.** Every choice of as many values out of all is as likely to be the first group: the permutation
    null with midranks for ties, computed exactly over doubled ranks up to 100 values in all. Above that, the
    normal approximation with the variance corrected for ties and no continuity correction; `method` says so.
    The p-value is two-sided, min(1, 2 * min(P(U <= u), P(U >= u))). Without ties as R's wilcox.test.

    **Estimate** (Hodges and Lehmann 1963): the median of the differences x_i - y_j.

    **Limits** are such differences. Let q be the smallest value of U whose cumulative probability reaches
    (1-level)/2, and Q the one that reaches 1-(1-level)/2: they are the q-th largest, and the (mn-Q)-th
    smallest, rounded down where ties make it a half. Without ties, when the two are alike, as in R's
    wilcox.test, which has no exact ones with ties. None where even U = 0 is too likely, which at 95 % means
    groups such as 3 and 4.

    A group without values, or all values alike, leaves nothing to test: no limits, and no p-value in the
    first case. Values within 1e-10 of the largest one count as tied. Units: those of the values. Raises
    ValueError for missing or infinite values.
    """
    x, y = (np.sort(numbers(group, name)) for group, name in ((first, "first"), (second, "second")))
    if np.isinf(x).any() or np.isinf(y).any():
        raise refusal("a group has infinite values", "drop them first, and report how many there were")
    z = normal_quantile(level)
    if x.size == 0 or y.size == 0:
        return RankSum(None, None, None, None, None, "nothing to test", level)
    both = np.concatenate([x, y])
    tolerance = _ROUNDING * float(np.abs(both).max())
    pairs = x.size * y.size
    if np.ptp(both) <= tolerance:
        return RankSum(1.0, 0.0, None, None, pairs / 2, "nothing to test", level)
    doubled = doubled_midranks(both, tolerance)
    # Twice the statistic: whole, whatever the ties.
    statistic = int(doubled[: x.size].sum()) - x.size * (x.size + 1)
    if both.size <= EXACT_LIMIT:
        chances = _null_distribution(doubled, x.size)
        p_value = min(1.0, 2 * min(float(chances[: statistic + 1].sum()), float(chances[statistic:].sum())))
        quantiles = np.searchsorted(np.cumsum(chances), [(1 - level) / 2 - 1e-12, (1 + level) / 2 - 1e-12])
        below, above = (2 * pairs - int(quantiles[1])) // 2, int(quantiles[0]) // 2
    else:
        spread = _spread(doubled, x.size, y.size)
        p_value = normal_p_value((statistic - pairs) / 2 / spread)
        below = above = max(math.floor(pairs / 2 - z * spread), 1)
    middle = (pairs + 1) // 2, pairs // 2 + 1
    limits = (below, pairs + 1 - above) if min(below, above) > 0 else ()
    found = _ordered_differences(x, y, {*middle, *limits})
    low, high = (found[place] for place in limits) if limits else (None, None)
    return RankSum(
        p_value=p_value,
        estimate=(found[middle[0]] + found[middle[1]]) / 2,
        low=low,
        high=high,
        statistic=statistic / 2,
        method="exact" if both.size <= EXACT_LIMIT else "normal approximation",
        level=level,
    )


def _null_distribution(doubled: Integers, size: int) -> Floats:
    """Return the chances of twice the statistic being 0, 1, 2, ...: value by value, each chosen or not.

    The smaller group is chosen; with ties the null need not be symmetric.
    """
    rest = doubled.size - size
    chosen = min(size, rest)
    ways = np.zeros((chosen + 1, int(np.sort(doubled)[-chosen:].sum()) + 1))
    ways[0, 0] = 1.0
    for rank in doubled.tolist():
        ways[1:, rank:] += ways[:-1, : ways.shape[1] - rank].copy()
    least = chosen * (chosen + 1)
    counted = ways[chosen, least : least + 2 * size * rest + 1]
    chances = np.zeros(2 * size * rest + 1)
    chances[: counted.size] = counted / math.comb(doubled.size, chosen)
    return chances if chosen == size else chances[::-1]


def _spread(doubled: Integers, size: int, rest: int) -> float:
    """Return the standard deviation of the statistic, given the ties."""
    total = size + rest
    _, tied = np.unique(doubled, return_counts=True)
    ties = float((tied.astype(np.float64) ** 3 - tied).sum())
    return math.sqrt(size * rest / 12 * (total + 1 - ties / (total * (total - 1))))


def _ordered_differences(x: Floats, y: Floats, places: set[int]) -> dict[int, float]:
    """Return the differences x_i - y_j at these places, 1 being the smallest; both groups ascend."""
    if x.size * y.size <= MOST_LISTED:
        differences = np.sort((x[:, None] - y[None, :]).ravel())
        return {place: float(differences[place - 1]) for place in places}
    return {place: _find(x, y, place) for place in places}


def _find(x: Floats, y: Floats, place: int) -> float:
    """Bisect on the value, counting the differences up to it in O(n log n)."""
    low, high = float(x[0] - y[-1]) - 1.0, float(x[-1] - y[0])
    rounding = 4 * np.finfo(np.float64).eps * max(abs(low), abs(high))
    while high - low > rounding:
        middle = low + (high - low) / 2
        if not low < middle < high:
            break
        counted = x.size * y.size - int(np.searchsorted(y, x - middle, side="left").sum())
        low, high = (low, middle) if counted >= place else (middle, high)
    # What is left is rounding; answer with the difference itself: the largest one up to here.
    partner = np.searchsorted(y, x - high - rounding, side="left")
    has_partner = partner < y.size
    return float((x[has_partner] - y[partner[has_partner]]).max())
