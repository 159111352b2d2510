"""What a reader of some counts can work out of the others, knowing which counts are sums of which.

Not here: what is done about it (`hiding.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from bpp_etl.disclosure.system import combinations
from bpp_etl.measure.tally import Cell, Sum, Tally

Way = dict[Cell, float]
"""The shown counts that give one away, each with its weight in that."""


def single_sums(tally: Tally, known: set[Cell], kept: set[Cell], threshold: int) -> Iterator[Way]:
    """Yield the sums that give away a kept count on their own, one after another."""
    known = set(known)
    left = list(tally.sums)
    follows = True
    while follows:
        follows = False
        again: list[Sum] = []
        for equation in left:
            total, parts = equation
            unknown = {cell for cell in (*parts, total) if cell not in known}
            if not unknown:
                continue
            # Several kept parts that are few together are as good as shown.
            is_few = total not in unknown and sum(tally.counts[part] for part in unknown) < threshold
            if (is_few or len(unknown) == 1) and not unknown.isdisjoint(kept):
                yield {cell: 1.0 for cell in (*parts, total) if cell not in kept and tally.counts[cell]}
            elif len(unknown) == 1:
                known |= unknown
                follows = True
            else:
                again.append(equation)
        left = again


def combined_sums(tally: Tally, known: set[Cell], small: set[Cell]) -> Iterator[Way]:
    """Yield, for every small count that all sums together determine, the shown counts it follows from."""
    shown: dict[int, list[Cell]] = {}
    for _, weights in combinations(tally.sums, known, small):
        way: Way = {}
        for place, weight in weights.items():
            if place not in shown:
                total, parts = tally.sums[place]
                shown[place] = [cell for cell in (total, *parts) if cell in known and tally.counts[cell]]
            for cell in shown[place]:
                way[cell] = way.get(cell, 0.0) + weight
        yield way


def determined(tally: Tally, known: set[Cell], small: set[Cell]) -> set[Cell]:
    """Return the small counts that all sums together determine."""
    return {cell for cell, _ in combinations(tally.sums, known, small)}


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
