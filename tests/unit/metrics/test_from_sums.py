"""Means and log-rank tests from sums, against scipy on the values themselves and lifelines on the patients.

Not here: adding the sums of sites (`tests/unit/pool`).
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from bpp_etl.metrics import log_rank, mean_from_sums, pooled_effects, pooled_share, stratified_log_rank

NEAR = {"rel": 1e-12}
VALUES = [-36.0, 12.5, -80.0, 4.0, -7.25, 0.0]


def test_a_mean_with_its_deviation_and_interval_is_scipy_s() -> None:
    found = mean_from_sums(len(VALUES), sum(VALUES), sum(value**2 for value in VALUES))
    interval = stats.ttest_1samp(VALUES, 0.0).confidence_interval()
    assert found.estimate == pytest.approx(np.mean(VALUES), **NEAR)
    assert found.std_deviation == pytest.approx(np.std(VALUES, ddof=1), **NEAR)
    assert (found.low, found.high) == pytest.approx(tuple(interval), **NEAR)


def test_of_one_value_there_is_a_mean_alone_and_of_none_nothing() -> None:
    one, none = mean_from_sums(1, 7.0, 49.0), mean_from_sums(0, 0.0, 0.0)
    assert (one.estimate, one.std_deviation, one.low, one.high) == (7.0, None, None, None)
    assert (none.estimate, none.std_deviation, none.low, none.high) == (None,) * 4


def test_equal_values_have_no_spread_whatever_the_last_bit_says() -> None:
    values = [0.1] * 30
    found = mean_from_sums(30, math.fsum(values), math.fsum(value**2 for value in values) - 1e-17)
    assert found.std_deviation == 0.0


@pytest.mark.parametrize("sums", [(2, 10.0, 10.0), (0, 1.0, 1.0), (-1, 0.0, 0.0), (2.5, 5.0, 20.0)])
def test_sums_that_no_values_have_are_refused(sums: tuple[int, float, float]) -> None:
    with pytest.raises(ValueError, match="the sums are of no values"):
        mean_from_sums(*sums)


def test_a_stratified_test_of_one_site_is_the_log_rank_test() -> None:
    days, observed, group = [5, 8, 8, 12, 20, 21, 33, 40], [1, 1, 0, 1, 1, 0, 1, 1], [0, 1, 0, 1, 0, 1, 0, 1]
    whole = log_rank(days, observed, group)
    assert whole.variance is not None
    found = stratified_log_rank([(whole.observed[1], whole.expected[1], whole.variance)])
    assert found.statistic == pytest.approx(whole.statistic, rel=1e-9)
    assert found.p_value == pytest.approx(whole.p_value, rel=1e-9)
    log_ratio, variance = found.log_ratio or (0.0, 0.0)
    assert (math.exp(log_ratio), 1 / variance) == pytest.approx((found.ratio, found.variance), **NEAR)


def test_parts_add_and_nothing_that_varies_gives_no_test() -> None:
    found = stratified_log_rank([(4.0, 6.0, 2.0), (5.0, 4.0, 2.0)])
    assert (found.observed, found.expected, found.variance, found.sites) == (9.0, 10.0, 4.0, 2)
    assert found.statistic == 0.25
    assert found.p_value == pytest.approx(stats.chi2.sf(0.25, 1), rel=1e-9)
    for parts in ([], [(3.0, 3.0, 0.0)]):
        none = stratified_log_rank(parts)
        assert (none.statistic, none.p_value, none.ratio, none.log_ratio) == (None,) * 4


def test_a_negative_variance_is_refused() -> None:
    with pytest.raises(ValueError, match="a variance is negative"):
        stratified_log_rank([(1.0, 1.0, -0.1)])


def test_effects_that_are_one_do_not_differ() -> None:
    found = pooled_effects([0.5, 0.5, 0.5], [0.1, 0.2, 0.4])
    assert (found.estimate, found.tau) == pytest.approx((0.5, 0.0))
    assert (found.q, found.i_squared, found.p_value) == pytest.approx((0.0, 0.0, 1.0), abs=1e-12)


def test_q_and_i_squared_of_two_effects_are_those_by_hand() -> None:
    """Weights 4 and 2 give the mean (4 * 1 + 2 * 4) / 6 = 2, and Q = 4 * (1 - 2)^2 + 2 * (4 - 2)^2 = 12."""
    found = pooled_effects([1.0, 4.0], [0.25, 0.5])
    assert found.q == pytest.approx(12.0)
    assert found.i_squared == pytest.approx(11 / 12)
    assert found.p_value == pytest.approx(math.erfc(math.sqrt(12 / 2)))
    assert (found.another_low, found.another_high) == (None, None)


def test_shares_are_effects_on_the_log_odds_scale() -> None:
    share = pooled_share([15, 7, 18], [20, 16, 24])
    odds = [math.log(15 / 5), math.log(7 / 9), math.log(18 / 6)]
    effects = pooled_effects(odds, [1 / 15 + 1 / 5, 1 / 7 + 1 / 9, 1 / 18 + 1 / 6])
    assert (share.q, share.i_squared) == pytest.approx((effects.q, effects.i_squared), **NEAR)
    assert effects.estimate is not None
    assert share.estimate == pytest.approx(1 / (1 + math.exp(-effects.estimate)), **NEAR)


@pytest.mark.parametrize(
    ("effects", "variances"),
    [
        ([1.0, 2.0], [1.0]),
        ([1.0, 2.0], [1.0, 0.0]),
        ([1.0, math.nan], [1.0, 1.0]),
        ([1.0, 2.0], [1.0, math.inf]),
    ],
)
def test_effects_without_a_variance_are_refused(effects: list[float], variances: list[float]) -> None:
    with pytest.raises(ValueError, match="effects and variances are not finite"):
        pooled_effects(effects, variances)


@pytest.mark.parametrize("groups", [0, 1])
def test_fewer_than_two_effects_are_not_compared(groups: int) -> None:
    found = pooled_effects([0.3] * groups, [0.1] * groups)
    assert (found.estimate, found.q, found.p_value, found.groups) == (None, None, None, groups)
