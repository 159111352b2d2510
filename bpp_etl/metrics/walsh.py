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
    low, high = float(np.nextafter(ascending[0], -np.inf)), float(ascending[-1])
    while True:
        middle = low + (high - low) / 2
        if not low < middle < high:
            return high
        if _count_up_to(ascending, middle) >= place:
            high = middle
        else:
            low = middle


def _count_up_to(ascending: Floats, value: float) -> int:
    pairs = int(np.searchsorted(ascending, 2 * value - ascending, side="right").sum())
    alone = int(np.searchsorted(ascending, value, side="right"))
    return (pairs + alone) // 2
