"""Sums as one sparse system: which unknown counts they leave no choice, and the sums that each follows from.

Not here: what a reader knows (`inference.py`), and what is done about it (`hiding.py`).

With A the sums over what is unknown, a count follows if some combination of sums has it alone on one side: if
A'y is 1 at the count and 0 elsewhere. The shortest such y is A x, where A'A x is the same. A'A is factored
once, with a little on its diagonal since it is singular, and solved for every count; a solution is put right
for that, and holds only if it leaves the count alone indeed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bpp_etl.measure.tally import Cell, Sum
from bpp_etl.metrics.inputs import Floats

LITTLE = 1e-10
"""On the diagonal: far below the square of any singular value of such sums, and far above rounding."""
TIMES = 3
"""Times that a solution is put right for it, at most."""
MOVES = 1e-4
"""A count that a change drawn at random moves by more is not determined; of the others each is tried."""
ALONE = 1e-6
"""How near to alone a combination must leave a count."""
AT_ONCE = 256
"""Counts solved for together."""

Rows = dict[int, dict[Cell, float]]
"""Place of a sum -> the unknown counts in it, each with its sign."""
Weights = Mapping[int, float]
"""Place of a sum -> how often it is taken, to three decimals; sums that are not are left out."""


def combinations(
    sums: Sequence[Sum], known: Collection[Cell], wanted: Collection[Cell]
) -> Iterator[tuple[Cell, Weights]]:
    """Yield each wanted count that the sums determine, in their order, with the shortest combination."""
    rows = _unknown(sums, known)
    order = list(dict.fromkeys(cell for row in rows.values() for cell in row))
    left = _without_useless(rows, wanted)
    if not left:
        return
    still = _System.of(left).still(wanted)
    # A count that is not determined takes its lone sum with it, and the system left to solve is a small one.
    left = _without_useless(left, still)
    if not left:
        return
    system = _System.of(left)
    asked = [cell for cell in order if cell in still and cell in system.at]
    for start in range(0, len(asked), AT_ONCE):
        yield from system.combinations(asked[start : start + AT_ONCE])


def _unknown(sums: Sequence[Sum], known: Collection[Cell]) -> Rows:
    rows: Rows = {}
    for place, (total, parts) in enumerate(sums):
        unknown: dict[Cell, float] = {}
        for cell, sign in ((total, 1.0), *((part, -1.0) for part in parts)):
            if cell not in known:
                unknown[cell] = unknown.get(cell, 0.0) + sign
        if unknown:
            rows[place] = unknown
    return rows


def _without_useless(rows: Rows, wanted: Collection[Cell]) -> Rows:
    """Return the sums but those that no combination for a wanted count can take.

    A count that is not wanted and stands in one sum alone stays beside any other: so that sum is of no use.
    """
    left = dict(rows)
    stands: dict[Cell, set[int]] = defaultdict(set)
    for place, row in rows.items():
        for cell in row:
            stands[cell].add(place)
    lone = [cell for cell, places in stands.items() if len(places) == 1 and cell not in wanted]
    while lone:
        for place in list(stands[lone.pop()]):
            for cell in left.pop(place):
                stands[cell].discard(place)
                if len(stands[cell]) == 1 and cell not in wanted:
                    lone.append(cell)
    return left


@dataclass(frozen=True)
class _System:
    """Some sums as a matrix, and what solves its normal equations."""

    names: list[int]
    at: dict[Cell, int]
    matrix: Any
    solve: Callable[[Floats], Floats]

    @classmethod
    def of(cls, rows: Rows) -> _System:
        from scipy.sparse import csr_array, eye_array  # noqa: PLC0415 - scipy is slow to load
        from scipy.sparse.linalg import splu  # noqa: PLC0415

        cells = dict.fromkeys(cell for row in rows.values() for cell in row)
        at = {cell: place for place, cell in enumerate(cells)}
        entries = [
            (place, at[cell], sign) for place, row in enumerate(rows.values()) for cell, sign in row.items()
        ]
        places, columns, signs = zip(*entries, strict=True)
        matrix = csr_array((signs, (places, columns)), shape=(len(rows), len(at)))
        normal = (matrix.T @ matrix + LITTLE * eye_array(len(at))).tocsc()
        factor = splu(
            normal, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True}
        )
        return cls(list(rows), at, matrix, factor.solve)

    def still(self, wanted: Collection[Cell]) -> set[Cell]:
        """Return the wanted counts that no change which keeps every sum seems to move."""
        change = np.random.default_rng(0).standard_normal(len(self.at))
        for _ in range(TIMES):  # each leaves what keeps every sum, and next to nothing of the rest
            change = LITTLE * self.solve(change)
        return {cell for cell, place in self.at.items() if cell in wanted and abs(change[place]) < MOVES}

    def combinations(self, cells: Sequence[Cell]) -> Iterator[tuple[Cell, Weights]]:
        """Yield each of some counts that is determined, with the shortest combination for it."""
        aims = np.zeros((len(self.at), len(cells)))
        aims[[self.at[cell] for cell in cells], range(len(cells))] = 1.0
        found, beside = np.zeros_like(aims), aims
        for _ in range(TIMES):
            found = found + self.solve(beside)
            taken = self.matrix @ found
            beside = aims - self.matrix.T @ taken
            if np.abs(beside).max() < ALONE:
                break
        is_alone = np.abs(beside).max(axis=0) < ALONE
        for number, cell in enumerate(cells):
            if is_alone[number]:
                weights = np.abs(taken[:, number]).round(3)
                rows = np.flatnonzero(weights).tolist()
                yield cell, {self.names[row]: float(weights[row]) for row in rows}
