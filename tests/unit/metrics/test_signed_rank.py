"""The signed-rank test, against all sign patterns and R 4.2.2 (coin 1.4-2, exactRankTests 0.8-35)."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata, wilcoxon

from bpp_etl.metrics import SignedRank, signed_rank
from bpp_etl.metrics.walsh import ordered_walsh_averages, walsh_averages

quick = settings(max_examples=60, deadline=None)

# Hollander and Wolfe 1973, p. 29: Hamilton depression scale, first and second visit.
FIRST = np.array([1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30])
SECOND = np.array([0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29])
# Changes of alkaline phosphatase under tamoxifen: month 3 - month 0, month 12 - month 3.
EARLY = [-80, -60, -59, -57, -56, -54, -51, -46, -37, -36, -36, -35, -32, -29, -28, -28, -17, -16, -12, -11]
LATE = [-27, -25, -22, -19, -17, -13, -12, -9, -9, -6, -4, -3, -3, 0, 1, 3, 6, 13, 16]
# Made up: 23 whole differences with many ties and two zeros.
TIED = [-31, -20, -20, -12, -8, -8, -8, -5, 0, 0, 3, 3, -3, 5, 7, -40, -22, -1, 1, 0, 12, -9, -15]


def shift(result: SignedRank) -> tuple[float | None, float | None, float | None]:
    return result.estimate, result.low, result.high


def permutation_p_value(differences: list[float], zeros: str) -> float:
    """Try every pattern of signs."""
    x = np.array(differences, dtype=float)
    if zeros == "wilcox":
        x = x[x != 0]
    ranks = rankdata(np.abs(x))[x != 0]
    positive = x[x != 0] > 0
    signs = np.array(list(product([0, 1], repeat=ranks.size)))
    sums, observed = signs @ ranks, float(ranks[positive].sum())
    return min(1.0, 2 * min((sums <= observed + 1e-9).mean(), (sums >= observed - 1e-9).mean()))


def test_depression_pairs_have_the_published_values() -> None:
    result = signed_rank(FIRST - SECOND)
    assert (result.statistic, result.p_value) == (40, pytest.approx(0.0390625, abs=1e-12))
    assert shift(result) == pytest.approx((0.46, 0.010, 0.786))


def test_early_fall_of_alkaline_phosphatase_has_the_reference_values() -> None:
    result = signed_rank(EARLY)
    assert (result.statistic, result.p_value) == (0, pytest.approx(1.9073486328125e-06))
    assert shift(result) == (-37.5, -47.5, -30.5)
    assert (result.method, result.used, result.zeros) == ("exact", 20, 0)


def test_later_change_with_a_zero_has_the_reference_values() -> None:
    # With zeros dropped the null with ties gives 0.02586 (coin, exactRankTests); the one without, 0.02685.
    result = signed_rank(LATE)
    assert (result.statistic, result.used, result.zeros) == (35, 18, 1)
    assert result.p_value == pytest.approx(0.0258636474609375, abs=1e-12)
    assert shift(result) == (-7.5, -14, -1)


def test_zeros_kept_give_pratts_p_value_and_count_in_the_estimate() -> None:
    result = signed_rank(LATE, zeros="pratt")
    assert result.p_value == pytest.approx(0.0264892578125, abs=1e-12)
    assert (result.used, result.zeros, result.estimate) == (19, 1, -6.5)


def test_ties_and_zeros_have_the_p_values_of_coin_and_the_limits_of_exact_rank_tests() -> None:
    assert signed_rank(TIED).p_value == pytest.approx(0.00961112976074, abs=1e-13)
    assert signed_rank(TIED, zeros="pratt").p_value == pytest.approx(0.0135898590088, abs=1e-13)
    assert (signed_rank(TIED).low, signed_rank(TIED).high) == (-14.5, -1.5)


@pytest.mark.parametrize(
    ("differences", "low", "high"),
    [
        # V falls exactly on the lower quantile at 5, which is let in.
        ([11, -5, -3, 1, 9, 10, -3, -2, -3, -2, 1, 2], -3, 5),
        # 16 is itself a difference, twice: at a shift of 16 those two are zeros.
        ([16, 2, 3, 21, 20, 4, 8, 12, 16, 2, 4, 13], 3.5, 16),
    ],
)
def test_limits_at_the_edge_of_the_null_are_those_of_exact_rank_tests(differences, low, high) -> None:
    result = signed_rank(differences)
    assert (result.low, result.high) == (low, high)


def test_without_ties_it_agrees_with_scipy() -> None:
    differences = np.random.default_rng(2).normal(0.4, 1, 40)
    assert signed_rank(differences).p_value == pytest.approx(wilcoxon(differences, method="exact").pvalue)


differences_with_ties = st.lists(st.integers(-4, 4), min_size=1, max_size=10)


@given(differences_with_ties, st.sampled_from(["wilcox", "pratt"]))
@quick
def test_the_p_value_is_that_of_all_sign_patterns(differences, zeros) -> None:
    expected = permutation_p_value(differences, zeros) if any(differences) else 1.0
    assert signed_rank(differences, zeros=zeros).p_value == pytest.approx(expected, abs=1e-12)


@given(st.lists(st.integers(-30, 30), min_size=1, max_size=25), st.sampled_from(["wilcox", "pratt"]))
@quick
def test_turning_all_signs_keeps_the_p_value_and_turns_the_estimate(differences, zeros) -> None:
    plain = signed_rank(differences, zeros=zeros)
    turned = signed_rank([-difference for difference in differences], zeros=zeros)
    assert turned.p_value == pytest.approx(plain.p_value, rel=1e-12)
    assert turned.estimate == -plain.estimate


@given(st.lists(st.integers(-300, 300), min_size=6, max_size=25, unique_by=abs), st.integers(-50, 50))
@quick
def test_adding_a_constant_moves_estimate_and_limits_by_it(differences, constant) -> None:
    moved = [difference + constant for difference in differences]
    if 0 in differences or 0 in moved or len({abs(value) for value in moved}) < len(moved):
        return
    plain, shifted = signed_rank(differences), signed_rank(moved)
    assert shift(shifted) == tuple(value + constant for value in shift(plain))


@given(st.lists(st.integers(-40, 40), min_size=1, max_size=25))
@quick
def test_a_change_of_unit_changes_no_p_value_and_scales_the_shift(differences) -> None:
    plain, nkat = signed_rank(differences), signed_rank([difference / 0.06 for difference in differences])
    assert nkat.p_value == plain.p_value
    scaled = [None if value is None else value / 0.06 for value in shift(plain)]
    assert list(shift(nkat)) == pytest.approx(scaled)


@given(st.lists(st.integers(-40, 40).filter(bool), min_size=6, max_size=25))
@quick
def test_limits_enclose_the_estimate(differences) -> None:
    result = signed_rank(differences)
    assert result.low <= result.estimate <= result.high


@given(st.lists(st.floats(-9, 9), min_size=6, max_size=25, unique_by=abs).map(lambda x: [v + 0.5 for v in x]))
@quick
def test_without_ties_the_limits_leave_out_zero_just_when_p_is_at_most_5_percent(differences) -> None:
    sizes = np.sort(np.abs(differences))
    averages = walsh_averages(np.sort(differences))
    if sizes[0] < 1e-6 or np.diff(sizes).min() < 1e-6 or np.abs(averages).min() < 1e-9:
        return
    result = signed_rank(differences)
    assert (result.low > 0 or result.high < 0) == (result.p_value <= 0.05)


@pytest.mark.parametrize("n", range(1, 6))
def test_up_to_five_differences_no_95_percent_limits_exist(n) -> None:
    result = signed_rank(range(1, n + 1))
    assert (result.low, result.high) == (None, None)
    assert (result.p_value, result.estimate) == (2 * 0.5**n, (n + 1) / 2)


def test_six_differences_are_the_fewest_with_95_percent_limits() -> None:
    assert shift(signed_rank([1, 2, 3, 4, 5, 6])) == (3.5, 1, 6)
    assert signed_rank([1, 2, 3, 4, 5]).low is None
    assert signed_rank([1, 2, 3, 4, 5], level=0.9).low == 1


def test_equal_differences_are_their_own_limits() -> None:
    result = signed_rank([7] * 8)
    assert shift(result) == (7, 7, 7)
    assert result.p_value == pytest.approx(2 * 0.5**8)


def test_nobody_gives_none() -> None:
    result = signed_rank([])
    assert (result.p_value, *shift(result)) == (None, None, None, None)
    assert result.method == "nothing to test"


@pytest.mark.parametrize("zeros", ["wilcox", "pratt"])
def test_all_zeros_are_no_evidence_and_a_shift_of_zero(zeros) -> None:
    result = signed_rank([0, 0, 0, 0, 0, 0, 0], zeros=zeros)
    assert (result.p_value, *shift(result)) == (1.0, 0.0, None, None)
    assert (result.used, result.zeros) == (0, 7)


def test_differences_that_differ_in_the_last_bit_tie() -> None:
    # 0.3 - 0.2, 0.4 - 0.3 and 0.1 are three floats; 0.1 + 0.2 - 0.3 is not 0.
    noisy = [0.3 - 0.2, 0.4 - 0.3, -0.1, 0.1 + 0.2 - 0.3, 0.5, 0.7]
    result, clean = signed_rank(noisy), signed_rank([1, 1, -1, 0, 5, 7])
    assert (result.p_value, result.zeros) == (clean.p_value, 1)


def test_a_thousand_differences_are_exact_and_one_more_is_not() -> None:
    differences = np.round(np.random.default_rng(8).normal(3, 40, 1001))
    differences[differences == 0] = 1
    exact, approximate = signed_rank(differences[:1000]), signed_rank(differences)
    assert (exact.method, approximate.method) == ("exact", "normal approximation")
    assert approximate.p_value == pytest.approx(exact.p_value, rel=0.2)
    assert shift(approximate) == pytest.approx(shift(exact), abs=1)


def test_the_approximation_is_scipys_with_ties() -> None:
    differences = np.round(np.random.default_rng(9).normal(1, 10, 1500))
    for zeros in ("wilcox", "pratt"):
        theirs = wilcoxon(differences, zero_method=zeros, correction=False, method="asymptotic")
        assert signed_rank(differences, zeros=zeros).p_value == pytest.approx(theirs.pvalue, rel=1e-9)


@given(st.lists(st.integers(-20, 20), min_size=1, max_size=30), st.data())
@quick
def test_a_walsh_average_is_found_without_listing_them(sample, data) -> None:
    ascending = np.sort(np.array(sample, dtype=float))
    averages = walsh_averages(ascending)
    place = data.draw(st.integers(1, averages.size))
    assert ordered_walsh_averages(ascending, [place]) == {place: averages[place - 1]}


def test_an_unknown_zero_rule_and_infinite_differences_are_refused() -> None:
    with pytest.raises(ValueError, match="choose one of wilcox, pratt"):
        signed_rank([1, 2], zeros="zsplit")
    with pytest.raises(ValueError, match="infinite"):
        signed_rank([1, float("inf")])
