"""Shares of several registries: by hand, what chance alone does, and where there is nothing to combine.

Not here: whose shares (`tests/unit/measure/test_heterogeneity.py`).
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from bpp_etl.metrics import pooled_share


def test_two_registries_by_hand() -> None:
    # Log odds log(30/10) and log(10/30), each with variance 1/30 + 1/10: Q is the squared difference over the
    # sum of the variances, and Paule and Mandel's tau squared the half of what it leaves of the difference.
    difference, variance = 2 * math.log(3), 1 / 30 + 1 / 10
    found = pooled_share([30, 10], [40, 40])
    q = difference**2 / (2 * variance)
    tau2 = difference**2 / 2 - variance
    assert found.q == pytest.approx(q, rel=1e-9)
    assert found.tau == pytest.approx(math.sqrt(tau2), rel=1e-6)
    assert found.i_squared == pytest.approx((q - 1) / q, rel=1e-9)
    assert found.p_value == pytest.approx(math.erfc(math.sqrt(q / 2)), rel=1e-9)
    assert found.estimate == pytest.approx(0.5, rel=1e-9)
    reach = 1.959963984540054 * math.sqrt((variance + tau2) / 2)
    assert found.high == pytest.approx(1 / (1 + math.exp(-reach)), rel=1e-6)
    assert (found.another_low, found.another_high, found.degrees_of_freedom) == (None, None, 1)


def test_registries_that_are_alike_have_no_spread_and_are_added_up() -> None:
    found = pooled_share([20, 40, 10], [50, 100, 25])
    assert (found.q, found.i_squared, found.tau) == (pytest.approx(0, abs=1e-12), 0, 0)
    assert found.estimate == pytest.approx(0.4)
    # Without spread the variances are those of all 175 together; log(0.4 / 0.6) +- z sqrt(1/70 + 1/105).
    reach = 1.959963984540054 * math.sqrt(1 / 70 + 1 / 105)
    assert found.low == pytest.approx(1 / (1 + math.exp(math.log(1.5) + reach)), rel=1e-9)


def test_the_interval_of_another_registry_by_hand() -> None:
    found = pooled_share([20, 40, 10], [50, 100, 25])
    # t with one degree of freedom is Cauchy's: tan(0.475 pi) = 12.7062.
    reach = 12.706204736 * math.sqrt(1 / 70 + 1 / 105)
    assert found.another_high == pytest.approx(1 / (1 + math.exp(math.log(1.5) - reach)), rel=1e-6)


def test_chance_alone_is_rarely_taken_for_a_difference_and_a_difference_is_found() -> None:
    rng = np.random.default_rng(0)
    alike = [pooled_share(rng.binomial(80, 0.6, 8).tolist(), [80] * 8).p_value or 0 for _ in range(300)]
    assert 3 <= sum(p < 0.05 for p in alike) <= 30
    shares = 1 / (1 + np.exp(-rng.normal(0.4, 0.8, 8)))
    differing = pooled_share(rng.binomial(200, shares).tolist(), [200] * 8)
    assert (differing.p_value or 1) < 0.001
    assert differing.tau == pytest.approx(0.8, abs=0.4)


def test_a_registry_with_all_or_none_is_corrected_and_one_with_nobody_is_left_out() -> None:
    found = pooled_share([0, 12, 0], [10, 12, 0])
    assert found.registries == 2
    assert found.q is not None
    assert 0 < (found.estimate or 0) < 1


@pytest.mark.parametrize("counts", [([], []), ([3], [5]), ([3, 0], [5, 0])])
def test_fewer_than_two_registries_come_to_nothing(counts: tuple[list[int], list[int]]) -> None:
    found = pooled_share(*counts)
    assert (found.estimate, found.q, found.p_value, found.i_squared) == (None, None, None, None)


def test_what_is_no_count_is_refused() -> None:
    with pytest.raises(ValueError, match="not counts with 0 <= successes <= totals"):
        pooled_share([6, 1], [5, 5])
