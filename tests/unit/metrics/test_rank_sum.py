"""The rank-sum test against scipy, against every permutation counted one by one, and by hand.

Not here: which patients are compared.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from bpp_etl.metrics import rank_sum, unpaired

UNTIED = ([1.83, 0.50, 1.62, 2.48, 1.68], [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06001])
TIED = ([-20.0, -15.0, -20.0, 0.0, 4.0, -31.0], [-20.0, 12.0, 0.0, 33.0, 4.0, 4.0, -3.0])


def by_enumeration(first: list[float], second: list[float]) -> float:
    """Count, of all ways to choose the first group, those as far out: the two-sided p-value."""
    both = [*first, *second]
    ranks = stats.rankdata(both)
    found = float(ranks[: len(first)].sum())
    sums = [sum(chosen) for chosen in combinations(ranks.tolist(), len(first))]
    tails = sum(one <= found for one in sums), sum(one >= found for one in sums)
    return min(1.0, 2 * min(tails) / len(sums))


def test_without_ties_it_is_scipy_s_exact_test() -> None:
    found = rank_sum(*UNTIED)
    expected = stats.mannwhitneyu(*UNTIED, method="exact")
    assert found.method == "exact"
    assert found.statistic == expected.statistic
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-12)


@pytest.mark.parametrize("seed", range(8))
def test_with_ties_it_is_every_permutation_counted(seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = (rng.integers(-3, 4, size).astype(float).tolist() for size in (5, 7))
    assert rank_sum(first, second).p_value == pytest.approx(by_enumeration(first, second), rel=1e-9)
    assert rank_sum(second, first).p_value == pytest.approx(by_enumeration(second, first), rel=1e-9)


def test_with_ties_it_is_scipy_s_permutation_test() -> None:
    def statistic(first: np.ndarray, second: np.ndarray, axis: int) -> np.ndarray:
        return stats.mannwhitneyu(first, second, axis=axis, method="asymptotic").statistic

    expected = stats.permutation_test(TIED, statistic, vectorized=True, n_resamples=np.inf)
    assert rank_sum(*TIED).p_value == pytest.approx(expected.pvalue, rel=1e-9)


def test_the_estimate_is_the_median_difference_and_its_limits_cover_by_the_null() -> None:
    first, second = UNTIED
    found = rank_sum(first, second)
    differences = np.sort(np.subtract.outer(first, second).ravel())
    assert found.estimate == pytest.approx(np.median(differences))
    place = next(u for u in range(36) if _chance_up_to(u, 5, 7) >= 0.025)
    assert place == 6
    assert (found.low, found.high) == (differences[place - 1], differences[len(differences) - place])


def _chance_up_to(u: int, size: int, rest: int) -> float:
    sums = [sum(chosen) - size * (size + 1) // 2 for chosen in combinations(range(1, size + rest + 1), size)]
    return sum(one <= u for one in sums) / len(sums)


def test_the_groups_changed_about_turn_the_signs() -> None:
    one, other = rank_sum(*TIED), rank_sum(*TIED[::-1])
    assert (one.estimate, one.low, one.high) == (-other.estimate, -other.high, -other.low)  # type: ignore[operator]
    assert one.p_value == pytest.approx(other.p_value)


@pytest.mark.parametrize(
    ("first", "second", "p_value", "estimate"),
    [([], [], None, None), ([], [1.0], None, None), ([5.0, 5.0], [5.0], 1.0, 0.0), ([2.0], [1.0], 1.0, 1.0)],
)
def test_nobody_one_and_all_alike(
    first: list[float], second: list[float], p_value: float | None, estimate: float | None
) -> None:
    found = rank_sum(first, second)
    assert (found.p_value, found.estimate, found.low, found.high) == (p_value, estimate, None, None)


@pytest.mark.parametrize(("sizes", "has_limits"), [((3, 4), False), ((4, 4), True), ((3, 5), True)])
def test_few_patients_have_no_limits(sizes: tuple[int, int], has_limits: bool) -> None:
    first, second = np.arange(sizes[0]) * 1.5, np.arange(sizes[1]) * 1.1 + 0.3
    found = rank_sum(first, second)
    assert (found.low is not None) is (found.high is not None) is has_limits


@pytest.mark.parametrize("spread", [3, 1000])
def test_many_patients_are_tested_by_the_normal_approximation_with_its_ties(spread: int) -> None:
    rng = np.random.default_rng(7)
    first = rng.integers(0, spread, 80).astype(float)
    second = rng.integers(0, spread, 60).astype(float) + 0.2 * spread // 1
    found = rank_sum(first, second)
    expected = stats.mannwhitneyu(first, second, method="asymptotic", use_continuity=False)
    assert found.method == "normal approximation"
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-9)


def test_at_the_limit_of_the_exact_null_the_approximation_is_near(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    first, second = rng.normal(0, 1, 55), rng.normal(0.4, 1, 45)
    exact = rank_sum(first, second)
    assert exact.p_value == pytest.approx(stats.mannwhitneyu(first, second, method="exact").pvalue, rel=1e-9)
    monkeypatch.setattr(unpaired, "EXACT_LIMIT", 99)
    near = rank_sum(first, second)
    assert (exact.method, near.method) == ("exact", "normal approximation")
    assert near.p_value == pytest.approx(exact.p_value, abs=0.005)
    assert (near.low, near.high) == (pytest.approx(exact.low, abs=0.05), pytest.approx(exact.high, abs=0.05))


def test_differences_that_are_too_many_to_list_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    first, second = rng.integers(-50, 50, 70).astype(float), rng.normal(3, 20, 90)
    listed = rank_sum(first, second)
    monkeypatch.setattr(unpaired, "MOST_LISTED", 10)
    found = rank_sum(first, second)
    assert (found.estimate, found.low, found.high) == pytest.approx(
        (listed.estimate, listed.low, listed.high)
    )


@pytest.mark.parametrize("bad", [[1.0, float("nan")], [float("inf")], np.ma.masked_array([1.0], mask=[True])])
def test_what_is_missing_or_infinite_is_refused(bad: object) -> None:
    with pytest.raises(ValueError, match=r"missing value|infinite values"):
        rank_sum(bad, [1.0])  # type: ignore[arg-type]


def test_the_permeability_of_membranes_at_term_and_before_is_as_published() -> None:
    """Hollander and Wolfe 1973, p. 69 f.: permeability of the human chorioamnion; one-sided p 0.1272."""
    term = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
    early = [1.15, 0.88, 0.90, 0.74, 1.21]
    found = rank_sum(term, early)
    assert (found.statistic, round(found.p_value or 0, 4)) == (35, 0.2544)
