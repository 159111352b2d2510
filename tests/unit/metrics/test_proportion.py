"""Shares and their intervals, against R's figures, scipy and the definition."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from bpp_etl.metrics import proportion

quick = settings(max_examples=60, deadline=None)


@pytest.mark.parametrize(
    ("successes", "n", "interval", "expected"),
    [
        (18, 23, "wilson", (0.7826, 0.5810, 0.9034)),
        (18, 23, "clopper-pearson", (0.7826, 0.5630, 0.9254)),
        (11, 48, "wilson", (0.2292, 0.1331, 0.3654)),
        (11, 48, "clopper-pearson", (0.2292, 0.1203, 0.3731)),
    ],
)
def test_published_shares_have_the_reference_intervals(successes, n, interval, expected) -> None:
    result = proportion(successes, n, interval)
    assert (result.estimate, result.low, result.high) == pytest.approx(expected, abs=5e-5)


@given(st.integers(0, 60), st.integers(1, 60), st.sampled_from([0.8, 0.95, 0.99]))
@quick
def test_both_intervals_agree_with_scipy(successes, n, level) -> None:
    if successes > n:
        return
    test = binomtest(successes, n)
    for ours, theirs in (("wilson", "wilson"), ("clopper-pearson", "exact")):
        expected = test.proportion_ci(level, method=theirs)
        result = proportion(successes, n, ours, level)
        assert (result.low, result.high) == pytest.approx((expected.low, expected.high), abs=1e-9)


@given(st.integers(1, 40), st.integers(0, 40))
@quick
def test_each_exact_limit_leaves_its_tail(n, successes) -> None:
    if successes > n:
        return
    result = proportion(successes, n, "clopper-pearson")
    if successes:
        assert binom.sf(successes - 1, n, result.low) == pytest.approx(0.025)
    if successes < n:
        assert binom.cdf(successes, n, result.high) == pytest.approx(0.025)


@pytest.mark.parametrize("interval", ["wilson", "clopper-pearson"])
@pytest.mark.parametrize("n", [1, 7, 23, 1000])
def test_none_and_all_end_exactly_at_zero_and_one(interval, n) -> None:
    none, everyone = proportion(0, n, interval), proportion(n, n, interval)
    assert (none.low, everyone.high) == (0, 1)
    assert none.high == pytest.approx(1 - everyone.low)
    assert 0 < none.high < 1


@pytest.mark.parametrize("interval", ["wilson", "clopper-pearson"])
def test_nobody_has_no_share(interval) -> None:
    result = proportion(0, 0, interval)
    assert (result.estimate, result.low, result.high, result.n) == (None, None, None, 0)


@pytest.mark.parametrize(
    ("successes", "n"),
    [(-1, 5), ("3", 5), (None, 5), (6, 5), (2.5, 5), (1, -1), (float("nan"), 5), (0, float("inf"))],
)
def test_what_is_no_count_is_refused(successes, n) -> None:
    with pytest.raises(ValueError, match="Hint: pass the count and its total"):
        proportion(successes, n)


def test_an_unknown_interval_or_level_is_refused() -> None:
    with pytest.raises(ValueError, match="choose one of wilson, clopper-pearson"):
        proportion(1, 2, "wald")
    with pytest.raises(ValueError, match="level is not between 0 and 1"):
        proportion(1, 2, level=95)
