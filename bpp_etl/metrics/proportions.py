"""A share k of n and its interval.

Not here: which shares are published, and whether a count is too small to be shown.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from bpp_etl.metrics.inputs import is_count, normal_quantile, refusal

ProportionInterval = Literal["wilson", "clopper-pearson"]


@dataclass(frozen=True)
class Proportion:
    """A share between 0 and 1; all None if there was nobody to count."""

    estimate: float | None
    low: float | None
    high: float | None
    successes: int
    n: int
    interval: ProportionInterval
    level: float


def proportion(
    successes: int, n: int, interval: ProportionInterval = "wilson", level: float = 0.95
) -> Proportion:
    """Estimate a share and its two-sided interval.

    wilson: the score interval without continuity correction, (p + z^2/2n +- z sqrt(p(1-p)/n + z^2/4n^2)) /
    (1 + z^2/n) (Wilson 1927). clopper-pearson: the exact interval, from quantiles of beta(k, n-k+1) and
    beta(k+1, n-k) (Clopper and Pearson 1934; as R binom.test). Both give exactly 0 at k = 0 and 1 at k = n.

    n = 0 gives None throughout. Raises ValueError unless 0 <= successes <= n are whole numbers.
    """
    if interval not in get_args(ProportionInterval):
        raise refusal("interval is not known", f"choose one of {', '.join(get_args(ProportionInterval))}")
    if not (is_count(successes) and is_count(n) and successes <= n):
        raise refusal(
            "successes and n are not counts with 0 <= successes <= n", "pass the count and its total"
        )
    successes, n = int(successes), int(n)
    z = normal_quantile(level)
    if n == 0:
        return Proportion(None, None, None, successes, n, interval, level)
    share = successes / n
    limits = _wilson(share, n, z) if interval == "wilson" else _clopper_pearson(successes, n, level)
    low = 0.0 if successes == 0 else limits[0]
    high = 1.0 if successes == n else limits[1]
    return Proportion(share, low, high, successes, n, interval, level)


def _wilson(share: float, n: int, z: float) -> tuple[float, float]:
    centre = share + z * z / (2 * n)
    width = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return (centre - width) / scale, (centre + width) / scale


def _clopper_pearson(successes: int, n: int, level: float) -> tuple[float, float]:
    from scipy.special import betaincinv  # noqa: PLC0415 - scipy takes a third of a second to load

    tail = (1 - level) / 2
    low = float(betaincinv(successes, n - successes + 1, tail)) if successes else 0.0
    high = float(betaincinv(successes + 1, n - successes, 1 - tail)) if successes < n else 1.0
    return low, high
