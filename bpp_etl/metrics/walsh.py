"""Walsh averages of a sample, (x_i + x_j)/2 for i <= j: all of them, or single ones by rank.

Not here: what they are used for.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bpp_etl.metrics.inputs import Floats


def walsh_averages(x: Floats) -> Floats:
    """Return all n(n+1)/2 averages in ascending order."""
    first, second = np.triu_indices(x.size)
    return np.sort((x[first] + x[second]) / 2)


def ordered_walsh_averages(ascending: Floats, places: Sequence[int]) -> dict[int, float]:
    """Return the averages at these places, 1 being the smallest, without listing them all.

    For samples too large to list: bisects on the value, counting the averages up to it in O(n log n).
    """
    return {place: _find(ascending, place) for place in places}


def _find(ascending: Floats, place: int) -> float:
    low, high = float(ascending[0]) - 1.0, float(ascending[-1])
    rounding = 4 * np.finfo(np.float64).eps * float(np.abs(ascending[[0, -1]]).max())
    while high - low > rounding:
        middle = low + (high - low) / 2
        if not low < middle < high:
            break
        if _count_up_to(ascending, middle) >= place:
            high = middle
        else:
            low = middle
    # What is left is rounding; answer with the average itself: the largest one up to here.
    partner = np.searchsorted(ascending, 2 * high - ascending, side="right") - 1
    has_partner = partner >= 0
    return float((ascending[has_partner] + ascending[partner[has_partner]]).max()) / 2


def _count_up_to(ascending: Floats, value: float) -> int:
    pairs = int(np.searchsorted(ascending, 2 * value - ascending, side="right").sum())
    alone = int(np.searchsorted(ascending, value, side="right"))
    return (pairs + alone) // 2
