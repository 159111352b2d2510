"""Maximises the likelihood of masses on ordered cells of which each row covers a run.

Not here: what the cells are. Steps: expectation-maximisation and iterative convex minorants find which cells
carry mass, Newton steps on those then reach the maximum, and the Gentleman-Geyer conditions prove it.
"""

from __future__ import annotations

import numpy as np

from bpp_etl.metrics.inputs import Flags, Floats, Integers

# A row's expected share of a cell may exceed its weight by this at the maximum.
_TOLERANCE = 1e-10
_ROUGH_TOLERANCE = 1e-4
_ROUNDS = 60
_STEPS_PER_ROUND = 25
_NEWTON_STEPS = 50


def fit_masses(first: Integers, last: Integers, cells: int) -> tuple[Floats, float]:
    """Return the masses that maximise the product of each row's mass over cells first..last, and the gap.

    The gap is max_j g_j / n - 1 with g_j the sum of 1 / P over the rows that cover cell j; it bounds how far
    the log-likelihood per row is below its maximum, and is 0 there (Gentleman and Geyer 1994). A mass of 0 is
    exact.
    """
    problem = _Problem.build(first, last, cells)
    mass = np.full(cells, 1 / cells)
    best, best_gap = mass, problem.gap(mass)
    for _ in range(_ROUNDS):
        for _ in range(_STEPS_PER_ROUND):
            mass = problem.convex_minorant_step(problem.expectation_step(mass))
            if problem.gap(mass) < _ROUGH_TOLERANCE:
                break
        polished = problem.newton(mass)
        gap = problem.gap(polished)
        if gap < best_gap:
            best, best_gap = polished, gap
        if best_gap < _TOLERANCE:
            break
    return best / best.sum(), max(best_gap, 0.0)


class _Problem:
    """Rows that cover the same run of cells, counted."""

    def __init__(self, first: Integers, end: Integers, weight: Floats, cells: int) -> None:
        self.first, self.end, self.weight, self.cells = first, end, weight, cells
        self.rows = float(weight.sum())

    @classmethod
    def build(cls, first: Integers, last: Integers, cells: int) -> _Problem:
        runs, counts = np.unique(first * (cells + 1) + last + 1, return_counts=True)
        return cls(runs // (cells + 1), runs % (cells + 1), counts.astype(np.float64), cells)

    def probabilities(self, mass: Floats) -> Floats:
        reached = np.concatenate([[0.0], np.cumsum(mass)])
        covered: Floats = reached[self.end] - reached[self.first]
        return covered

    def spread(self, row_values: Floats) -> Floats:
        """Add each row's value to every cell it covers."""
        change = np.bincount(self.first, row_values, self.cells + 1) - np.bincount(
            self.end, row_values, self.cells + 1
        )
        summed: Floats = np.cumsum(change)[:-1]
        return summed

    def gap(self, mass: Floats) -> float:
        return float(self.spread(self.weight / self.probabilities(mass)).max()) / self.rows - 1

    def log_likelihood(self, mass: Floats) -> float:
        covered = self.probabilities(mass)
        if covered.min() <= 0:
            return -np.inf
        return float(self.weight @ np.log(covered))

    def expectation_step(self, mass: Floats) -> Floats:
        expected = mass * self.spread(self.weight / self.probabilities(mass))
        following: Floats = expected / expected.sum()
        return following

    def convex_minorant_step(self, mass: Floats) -> Floats:
        """Step to the monotone fit of the cumulated masses' Newton targets (Groeneboom and Wellner 1992).

        Moves mass across many cells at once, where expectation-maximisation creeps; never lowers the
        likelihood.
        """
        if self.cells == 1:
            return mass
        from scipy.optimize import isotonic_regression  # noqa: PLC0415 - scipy is slow to load

        covered = self.probabilities(mass)
        slope = self.weight / covered
        curve = slope / covered
        reached = np.cumsum(mass)[:-1]
        at_end, at_first = self._at_bounds(self.end, slope), self._at_bounds(self.first, slope)
        steepness = self._at_bounds(self.end, curve) + self._at_bounds(self.first, curve)
        target = reached + (at_end - at_first) / steepness
        aim = np.clip(isotonic_regression(target, weights=steepness).x, 0.0, 1.0)
        before = self.log_likelihood(mass)
        for halvings in range(30):
            cumulated = reached + (aim - reached) * 0.5**halvings
            candidate: Floats = np.maximum(np.diff(cumulated, prepend=0.0, append=1.0), 0.0)
            if self.log_likelihood(candidate) > before:
                return candidate
        return mass

    def newton(self, mass: Floats) -> Floats:
        """Solve for the masses of the cells that have some, emptying those that would fall below 0.

        A cell emptied in error shows in the gap, and the next round starts before that. In the cumulated
        masses a row touches two unknowns only, so the system is sparse.
        """
        support = mass > 0
        for _ in range(_NEWTON_STEPS):
            excess = self.spread(self.weight / self.probabilities(mass)) / self.rows - 1
            if np.abs(excess[support]).max() < _TOLERANCE / 10:
                break
            direction = self._newton_direction(mass, support)
            moved = self._move(mass, direction)
            if moved is None:
                break
            mass = moved
            support &= mass > 0
        return mass

    def _newton_direction(self, mass: Floats, support: Flags) -> Floats:
        from scipy.sparse import coo_array  # noqa: PLC0415
        from scipy.sparse.linalg import splu  # noqa: PLC0415

        cells = np.flatnonzero(support)
        direction = np.zeros(self.cells)
        unknowns = cells.size - 1
        if unknowns == 0:
            return direction
        # Unknown k is the mass up to and including cell k of the support; the last one is fixed at 1.
        start, end = np.searchsorted(cells, self.first) - 1, np.searchsorted(cells, self.end) - 1
        slope = self.weight / self.probabilities(mass)
        curve = slope * slope / self.weight
        has_start, has_end = start >= 0, end < unknowns
        has_both = has_start & has_end
        gradient = np.bincount(end[has_end], slope[has_end], unknowns) - np.bincount(
            start[has_start], slope[has_start], unknowns
        )
        diagonal = np.bincount(end[has_end], curve[has_end], unknowns) + np.bincount(
            start[has_start], curve[has_start], unknowns
        )
        places = np.arange(unknowns)
        information = coo_array(
            (
                # The ridge decides between maxima where there is more than one.
                np.concatenate([diagonal * (1 + 1e-12), -curve[has_both], -curve[has_both]]),
                (
                    np.concatenate([places, start[has_both], end[has_both]]),
                    np.concatenate([places, end[has_both], start[has_both]]),
                ),
            ),
            shape=(unknowns, unknowns),
        ).tocsc()
        try:
            step = splu(information).solve(gradient)
        except RuntimeError:  # singular even so: leave it to the steps that need no system
            return direction
        direction[cells] = np.diff(step, prepend=0.0, append=0.0)
        return direction

    def _move(self, mass: Floats, direction: Floats) -> Floats | None:
        """Go along the direction as far as masses stay at 0 or more and the likelihood rises."""
        falling = direction < 0
        limits = np.full(self.cells, np.inf)
        limits[falling] = mass[falling] / -direction[falling]
        length = min(1.0, float(limits.min()))
        before = self.log_likelihood(mass)
        for halvings in range(40):
            step = length * 0.5**halvings
            candidate = np.maximum(mass + step * direction, 0.0)
            candidate[falling & (limits <= step)] = 0.0
            # Near the maximum the likelihood is flat to the last bit, where the full step is still better.
            if self.log_likelihood(candidate) >= before - 1e-13 * abs(before):
                return candidate
        return None

    def _at_bounds(self, bound: Integers, row_values: Floats) -> Floats:
        at_bounds: Floats = np.bincount(bound, row_values, self.cells + 1)[1:-1].astype(np.float64)
        return at_bounds
