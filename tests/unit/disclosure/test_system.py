"""Which counts sums determine, and by which of them: against row reduction in fractions, which is exact.

Not here: what a reader knows beside sums, and what is hidden for it (`test_hidden_cells.py`).
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from bpp_etl.disclosure.inference import combined_sums, determined
from bpp_etl.disclosure.system import combinations
from bpp_etl.measure.tally import Cell, Sum, Tally

NUMBERS = 12


def drawn(seed: int) -> tuple[list[Sum], list[Cell]]:
    """Draw sums over a dozen counts, of which a few are in one another."""
    rng = np.random.default_rng(seed)
    cells = [Cell("p", f"{place:02}") for place in range(NUMBERS)]
    sums = []
    for _ in range(int(rng.integers(4, 12))):
        total, *parts = rng.permutation(NUMBERS)[: int(rng.integers(2, 5))].tolist()
        sums.append(Sum(cells[total], tuple(cells[part] for part in parts)))
    return sums, cells


def matrix_of(sums: list[Sum], unknown: list[Cell]) -> list[list[Fraction]]:
    return [[Fraction(int(cell == total) - parts.count(cell)) for cell in unknown] for total, parts in sums]


def determined_exactly(rows: list[list[Fraction]], unknown: list[Cell]) -> set[Cell]:
    """Reduce the sums: a count is determined if a row that is left has it alone."""
    rows, rank = [list(row) for row in rows], 0
    for column in range(len(unknown)):
        pivot = next((place for place in range(rank, len(rows)) if rows[place][column]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        rows[rank] = [one / rows[rank][column] for one in rows[rank]]
        for place, row in enumerate(rows):
            if place != rank and row[column]:
                rows[place] = [a - row[column] * b for a, b in zip(row, rows[rank], strict=True)]
        rank += 1
    alone = [[place for place, one in enumerate(row) if one] for row in rows[:rank]]
    return {unknown[places[0]] for places in alone if len(places) == 1}


@pytest.mark.parametrize("seed", range(60))
def test_what_sums_determine_is_what_a_reduction_in_fractions_leaves_alone(seed: int) -> None:
    sums, cells = drawn(seed)
    known = set(cells[: seed % 5])
    unknown = [cell for cell in cells if cell not in known]
    found = dict(combinations(sums, known, set(unknown)))
    exact = determined_exactly(matrix_of(sums, unknown), unknown)
    assert set(found) == exact
    some = set(unknown[::2])
    assert {cell for cell, _ in combinations(sums, known, some)} == exact & some


@pytest.mark.parametrize("seed", range(0, 60, 5))
def test_the_combination_for_a_count_is_the_shortest(seed: int) -> None:
    sums, cells = drawn(seed)
    dense = np.array(matrix_of(sums, cells), dtype=float)
    for cell, weights in combinations(sums, set(), set(cells)):
        aim = np.array([one == cell for one in cells], dtype=float)
        shortest = np.abs(np.linalg.lstsq(dense.T, aim)[0])
        taken = [weights.get(place, 0.0) for place in range(len(sums))]
        assert taken == pytest.approx(shortest, abs=6e-4)


def test_a_count_that_no_sum_alone_gives_away_follows_from_all_of_them() -> None:
    # Each of three is known beside each other one: half of all three less the other two.
    tally = Tally()
    one, two, three = (tally.put(Cell("p", name), number) for name, number in (("a", 3), ("b", 7), ("c", 9)))
    pairs = [
        tally.put_total(Cell("p", f"pair {n}"), pair)
        for n, pair in enumerate(((one, two), (one, three), (two, three)))
    ]
    assert determined(tally, set(pairs), {one}) == {one}
    assert list(combined_sums(tally, set(pairs), {one})) == [dict.fromkeys(pairs, 0.5)]
    assert determined(tally, set(pairs[:2]), {one}) == set()


def test_nothing_unknown_leaves_nothing_to_solve() -> None:
    tally = Tally()
    parts = [tally.put(Cell("p", name), 6) for name in "ab"]
    tally.put_total(Cell("p", "both"), parts)
    assert determined(tally, set(tally.counts), set()) == set()
