"""What the sums leave open about a hidden count, by linear programming: the reader to keep from learning.

Not here: what is hidden.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

from bpp_etl.measure.tally import Cell, Tally


def bounds(tally: Tally, hidden: set[Cell], cell: Cell) -> tuple[float, float]:
    """Return the least and the most that a hidden count can be, to who knows the shown ones and the sums."""
    place = {unknown: number for number, unknown in enumerate(sorted(hidden))}
    left = np.zeros((len(tally.sums), len(place)))
    right = np.zeros(len(tally.sums))
    for row, equation in enumerate(tally.sums):
        for member, sign in ((equation.total, 1), *((part, -1) for part in equation.parts)):
            if member in place:
                left[row, place[member]] += sign
            else:
                right[row] -= sign * tally.counts[member]
    aim = np.zeros(len(place))
    aim[place[cell]] = 1
    found = [linprog(sign * aim, A_eq=left, b_eq=right, bounds=(0, None)) for sign in (1, -1)]
    # The least is never below 0; the most may have no bound, which is status 3.
    assert found[0].status == 0
    assert found[1].status in (0, 3)
    return found[0].fun, -found[1].fun if found[1].status == 0 else np.inf
