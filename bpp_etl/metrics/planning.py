"""How large a study must be: events for a hazard ratio, patients for a share.

Not here: what a study of a given size can see (`hazard.py`).
"""

from __future__ import annotations

import math
from statistics import NormalDist

from bpp_etl.metrics.inputs import normal_quantile, refusal


def events_for_hazard_ratio(
    ratio: float, share: float, power: float = 0.8, alpha: float = 0.05
) -> int | None:
    """Return how many events a two-sided log-rank test needs to see a hazard ratio with this power.

    (z(1 - alpha/2) + z(power))^2 / (share (1 - share) log(ratio)^2), rounded up, `share` being one group's
    share of the patients. None with an empty group and for a ratio of 1, which no study sees. Raises
    ValueError for a ratio of 0 or less and for what is no share, power or alpha. Source: Schoenfeld 1981,
    1983.
    """
    if not (ratio > 0 and 0 <= share <= 1 and 0 < power < 1 and 0 < alpha < 1):
        raise refusal(
            "ratio, share, power or alpha is out of range",
            "pass a ratio above 0, and a share, a power and an alpha between 0 and 1",
        )
    information = share * (1 - share) * math.log(ratio) ** 2
    if information == 0:
        return None
    normal = NormalDist()
    return math.ceil((normal.inv_cdf(1 - alpha / 2) + normal.inv_cdf(power)) ** 2 / information)


def patients_for_share(share: float, half_width: float, level: float = 0.95) -> int:
    """Return how many patients give a share's interval this half width.

    z^2 p (1 - p) / w^2, rounded up: of the symmetric interval, to which all others come close at such sizes.
    A share of 0 or 1 tells of no spread, and 1 is returned. Raises ValueError for a share or half width
    outside 0 to 1. Source: Cochran 1977, section 4.4.
    """
    z = normal_quantile(level)
    if not (0 <= share <= 1 and 0 < half_width < 1):
        raise refusal("share or half_width is not between 0 and 1", "pass 0.05 for 5 percentage points")
    return max(1, math.ceil(z * z * share * (1 - share) / half_width**2))
