"""What a reader of some counts can work out of the others, knowing which counts are sums of which.

Not here: what is done about it (`hiding.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from bpp_etl.measure.tally import Cell, Tally

STILL = 1e-6
"""A count that a random change of size 1 moves by less than this does not move."""

Way = dict[Cell, float]
"""The shown counts that give one away, each with its weight in that."""


def single_sums(tally: Tally, known: set[Cell], kept: set[Cell], threshold: int) -> Iterator[Way]:
    """Yield the sums that give away a kept count on their own, one after another."""
    known = set(known)
    before = -1
    while before < len(known):
        before = len(known)
        for equation in tally.sums:
            members = (*equation.parts, equation.total)
            unknown = {cell for cell in members if cell not in known}
            # Several kept parts that are few together are as good as shown.
            is_few = equation.total in known and sum(tally.counts[part] for part in unknown) < threshold
            if unknown & kept and (is_few or len(unknown) == 1):
                yield {cell: 1.0 for cell in members if cell not in kept and tally.counts[cell]}
            elif len(unknown) == 1:
                known |= unknown


def combined_sums(tally: Tally, known: set[Cell], small: set[Cell]) -> Iterator[Way]:
    """Yield, for every small count that all sums together determine, the shown counts that it follows from.

    A change drawn at random is projected on those that leave every sum true; a count that it does not move,
    none can move. The way to such a count is the combination of sums that leaves it alone on one side.
    """
    place, sums = _matrix(tally, known)
    if not place:
        return
    change = np.random.default_rng(0).standard_normal(len(place))
    change -= _least_squares(sums, sums @ change, tolerance=1e-13)
    for cell, position in place.items():
        if cell in small and abs(change[position]) < STILL:
            alone = np.zeros(len(place))
            alone[position] = 1.0
            weights = np.abs(_least_squares(sums.T.tocsr(), alone, tolerance=1e-8)).round(3)
            way: Way = {}
            for equation, weight in zip(tally.sums, weights.tolist(), strict=True):
                for member in (equation.total, *equation.parts) if weight else ():
                    if member in known and tally.counts[member]:
                        way[member] = way.get(member, 0.0) + weight
            yield way


def squeezed_counts(tally: Tally, known: set[Cell], small: set[Cell]) -> Iterator[Way]:
    """Yield, for every small count of which only one value is left, the shown counts that leave it.

    No count is below nothing: a part is at most its total less the least of the other parts, a total at least
    the least of its parts together. Each limit is drawn in turn from the others until none moves any more;
    `drawn` remembers from which sum, so that the way leads back to what was shown.
    """
    least = {cell: tally.counts[cell] if cell in known else 0 for cell in tally.counts}
    most: dict[Cell, float] = {cell: tally.counts[cell] if cell in known else np.inf for cell in tally.counts}
    drawn: dict[Cell, set[int]] = {}
    moves = True
    while moves:
        moves = False
        for place, (total, parts) in enumerate((one.total, one.parts) for one in tally.sums):
            low, high = sum(least[part] for part in parts), sum(most[part] for part in parts)
            limits: list[tuple[Cell, float, float]] = [(total, low, high)]
            for part in parts:
                others = high - most[part] if most[part] < np.inf else _together(most, parts, part)
                limits.append((part, least[total] - others, most[total] - (low - least[part])))
            for cell, at_least, at_most in limits:
                if not at_least <= tally.counts[cell] <= at_most:
                    continue  # of a sum that does not hold: limits would be drawn for ever
                if at_least > least[cell] or at_most < most[cell]:
                    least[cell] = max(least[cell], int(at_least) if at_least > 0 else 0)
                    most[cell] = min(most[cell], at_most)
                    drawn.setdefault(cell, set()).add(place)
                    moves = True
    for cell in sorted(small - known):
        if least[cell] == most[cell]:
            yield _led_back(tally, known, drawn, cell)


def _together(most: Mapping[Cell, float], parts: Sequence[Cell], but: Cell) -> float:
    return sum(most[part] for part in parts if part != but)


def _led_back(tally: Tally, known: set[Cell], drawn: Mapping[Cell, set[int]], cell: Cell) -> Way:
    """Gather the shown counts of each sum that a limit of a count was drawn from, and of its members."""
    way: Way = {}
    seen, open_cells = {cell}, [cell]
    while open_cells:
        for place in drawn.get(open_cells.pop(), ()):
            members = (tally.sums[place].total, *tally.sums[place].parts)
            way.update((member, 1.0) for member in members if member in known and tally.counts[member])
            more = [member for member in members if member not in known and member not in seen]
            seen.update(more)
            open_cells += more
    return way


def _matrix(tally: Tally, known: set[Cell]) -> tuple[dict[Cell, int], Any]:
    """Return the unknown cells with their places, and the sums as rows over these."""
    from scipy.sparse import csr_array  # noqa: PLC0415 - scipy is slow to load

    place: dict[Cell, int] = {}
    entries = [
        (row, place.setdefault(cell, len(place)), sign)
        for row, equation in enumerate(tally.sums)
        for cell, sign in ((equation.total, 1.0), *((part, -1.0) for part in equation.parts))
        if cell not in known
    ]
    rows, columns, signs = zip(*entries, strict=True) if entries else ((), (), ())
    return place, csr_array((signs, (rows, columns)), shape=(len(tally.sums), len(place)))


def _least_squares(matrix: Any, target: Any, *, tolerance: float) -> Any:
    """Return the shortest of the best solutions."""
    from scipy.sparse.linalg import lsmr  # noqa: PLC0415 - scipy is slow to load

    steps = 20 * max(matrix.shape)
    return lsmr(matrix, target, atol=tolerance, btol=tolerance, conlim=0, maxiter=steps)[0]
