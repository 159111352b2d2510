"""Estimates from sums that several sites have added: mean and deviation, a log-rank test stratified by site.

Not here: adding the sums (`bpp_etl/share`), and what is estimated of single patients (the modules beside).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bpp_etl.metrics.inputs import is_count, normal_p_value, normal_quantile, refusal

ROUNDING = 1e-13
"""What is left of two sums that should be one, against either of them."""


@dataclass(frozen=True)
class Mean:
    """A mean with its deviation and interval; of one value the deviation and the interval are None."""

    estimate: float | None
    low: float | None
    high: float | None
    std_deviation: float | None
    variance: float | None
    n: int
    level: float


def mean_from_sums(n: int, total: float, total_of_squares: float, level: float = 0.95) -> Mean:
    """Estimate a mean from the number of values, their sum and the sum of their squares.

    The variance is (sum of squares - n mean^2) / (n - 1), the interval mean +- t(n - 1) * sqrt(variance / n).
    A difference that is no more than rounding error is none: the values are one.
    Raises ValueError for sums that no values have. Source: Student 1908; as R t.test.
    """
    normal_quantile(level)  # refuses what is no level
    spread = total_of_squares - total**2 / n if n else 0.0
    if not is_count(n) or spread < -1e-9 * abs(total_of_squares) or (n == 0 and (total or total_of_squares)):
        raise refusal("the sums are of no values", "pass the number, the sum and the sum of squares")
    if n == 0:
        return Mean(None, None, None, None, None, 0, level)
    mean = total / n
    if n == 1:
        return Mean(mean, None, None, None, None, 1, level)
    from scipy.special import stdtrit  # noqa: PLC0415 - scipy is slow to load

    variance = 0.0 if spread <= ROUNDING * total_of_squares else spread / (n - 1)
    reach = float(stdtrit(n - 1, 0.5 + level / 2)) * math.sqrt(variance / n)
    return Mean(mean, mean - reach, mean + reach, math.sqrt(variance), variance, int(n), level)


@dataclass(frozen=True)
class StratifiedLogRank:
    """A log-rank test whose parts were added over sites; None where nothing varies.

    `ratio` is the hazard of the group that the events are of over that of the other, by Peto's one step.
    """

    observed: float
    expected: float
    variance: float
    statistic: float | None
    p_value: float | None
    ratio: float | None
    low: float | None
    high: float | None
    sites: int
    level: float

    @property
    def log_ratio(self) -> tuple[float, float] | None:
        """Return the logarithm of the ratio with its variance; None where nothing varies."""
        if not self.variance:
            return None
        return (self.observed - self.expected) / self.variance, 1 / self.variance


def stratified_log_rank(
    parts: Sequence[tuple[float, float, float]], level: float = 0.95
) -> StratifiedLogRank:
    """Test whether two groups share one survival curve within each site, the curves of sites being free.

    Each part has observed and expected events of one group with the variance of their difference, as
    `log_rank` gives them of one site. The statistic is (sum(O) - sum(E))^2 / sum(V), chi-square with one
    degree of freedom; the ratio is exp((O - E) / V) with limits exp((O - E) / V +- z / sqrt(V)).

    Raises ValueError for a negative variance. Source: Mantel and Haenszel 1959; Peto and Peto 1972; Yusuf et
    al. 1985; as R survival::survdiff with strata().
    """
    z = normal_quantile(level)
    if any(variance < 0 for *_, variance in parts):
        raise refusal("a variance is negative", "pass observed, expected and variance of each site")
    observed, expected, variance = (
        (math.fsum(one) for one in zip(*parts, strict=True)) if parts else (0.0,) * 3
    )
    if not variance:
        return StratifiedLogRank(observed, expected, variance, *(None,) * 5, len(parts), level)
    excess = observed - expected
    statistic = excess**2 / variance
    ratio, low, high = (
        math.exp(max(-700.0, min(700.0, (excess + side * z * math.sqrt(variance)) / variance)))
        for side in (0, -1, 1)
    )
    p_value = normal_p_value(math.sqrt(statistic))
    return StratifiedLogRank(
        observed, expected, variance, statistic, p_value, ratio, low, high, len(parts), level
    )
