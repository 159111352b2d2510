"""Cohen's kappa, against a published worked example and its own laws."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bpp_etl.metrics import cohen_kappa

quick = settings(max_examples=60, deadline=None)


def test_two_readers_have_the_hand_worked_kappa() -> None:
    # p_o = 0.7; margins 25/25 and 30/20 of 50: p_e = 0.5; kappa = 0.4.
    result = cohen_kappa([[20, 5], [10, 15]])
    assert (result.estimate, result.agreement, result.n) == (pytest.approx(0.4), 0.7, 50)


def test_the_error_is_that_of_fleiss_cohen_and_everitt() -> None:
    # Fleiss, Cohen and Everitt 1969: p = (53 5 2 / 11 14 5 / 1 6 3) / 100, n = 200, kappa .429, var .002885.
    result = cohen_kappa(np.array([[53, 5, 2], [11, 14, 5], [1, 6, 3]]) * 2)
    assert result.estimate == pytest.approx(0.429, abs=5e-4)
    half = 1.959964 * 0.002885**0.5
    assert (result.low, result.high) == pytest.approx((0.4286 - half, 0.4286 + half), abs=1e-3)


@given(arrays(np.int64, (3, 3), elements=st.integers(0, 20)), st.permutations([0, 1, 2]))
@quick
def test_swapping_raters_or_reordering_categories_changes_nothing(table, order) -> None:
    result = cohen_kappa(table)
    for other in (table.T, table[np.ix_(order, order)]):
        again = cohen_kappa(other)
        assert (again.estimate, again.low, again.high) == pytest.approx(
            (result.estimate, result.low, result.high), abs=1e-9
        )


def test_full_agreement_is_one_without_spread() -> None:
    result = cohen_kappa([[8, 0], [0, 3]])
    assert (result.estimate, result.low, result.high) == pytest.approx((1, 1, 1))


def test_agreement_as_by_chance_is_zero() -> None:
    assert cohen_kappa([[16, 4], [64, 16]]).estimate == pytest.approx(0)


def test_one_category_for_all_has_no_kappa_but_full_agreement() -> None:
    result = cohen_kappa([[0, 0], [0, 23]])
    assert (result.estimate, result.low, result.high, result.agreement) == (None, None, None, 1)


def test_an_empty_table_has_nothing() -> None:
    result = cohen_kappa([[0, 0], [0, 0]])
    assert (result.estimate, result.agreement, result.n) == (None, None, 0)


@pytest.mark.parametrize(
    "table",
    [[[1, 2, 3], [4, 5, 6]], [1, 2], [], [[1, -1], [0, 2]], [[0.5, 1], [1, 2]], [["a", "b"], ["c", "d"]]],
)
def test_what_is_no_square_table_of_counts_is_refused(table) -> None:
    with pytest.raises(ValueError, match="Hint:"):
        cohen_kappa(table)


@pytest.mark.parametrize("n", range(2, 90, 7))
def test_who_always_says_the_same_agrees_by_chance_and_without_a_spread(n: int) -> None:
    """By hand: expected is observed, and the variance is 0; rounding makes neither an interval nor a sign."""
    for part in range(1, n):
        for table in ([[part, n - part], [0, 0]], [[0, part], [0, n - part]]):
            result = cohen_kappa(table)
            assert (result.estimate, result.low, result.high) == (0.0, 0.0, 0.0)
            assert math.copysign(1, result.estimate or 0.0) == 1
