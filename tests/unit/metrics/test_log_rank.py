"""The log-rank test, against R 4.2.2 (survival 3.5-3) and its definition; where there is nothing to test."""

import subprocess
import sys
from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines.statistics import multivariate_logrank_test
from scipy.special import chdtrc
from scipy.stats import chi2

from bpp_etl.metrics import LogRank, log_rank

quick = settings(max_examples=30, deadline=None)

LEUKAEMIA_DAYS = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161, 5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45]
LEUKAEMIA_SEEN = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1]
LEUKAEMIA_ARMS = ["maintained"] * 11 + ["none"] * 12


def test_leukaemia_arms_differ_as_in_r() -> None:
    result = log_rank(LEUKAEMIA_DAYS, LEUKAEMIA_SEEN, LEUKAEMIA_ARMS)
    assert (result.statistic, result.p_value) == pytest.approx((3.3963887, 0.0653393), abs=5e-8)
    assert result.degrees_of_freedom == 1
    assert result.groups == ("maintained", "none")
    assert (result.patients, result.observed) == ((11, 12), (7, 11))
    assert result.expected == pytest.approx((10.689336, 7.310664), abs=5e-7)


def test_lung_cancer_differs_by_sex_as_in_r(load) -> None:
    data = load("lung")
    result = log_rank(data["time"], data["status"], data["sex"])
    assert (result.statistic, result.p_value) == pytest.approx((10.326742, 0.00131116), abs=5e-7)


def test_four_groups_have_three_degrees_of_freedom_as_in_r(load) -> None:
    data = load("lung").dropna(subset=["ph.ecog"])
    result = log_rank(data["time"], data["status"], data["ph.ecog"])
    assert (result.statistic, result.degrees_of_freedom) == (pytest.approx(21.9621316825), 3)
    assert result.p_value == pytest.approx(6.6425353558e-05)
    assert result.expected == pytest.approx((54.152697019, 83.527564575, 26.147353065, 0.172385340665))


def by_definition(days: list[int], seen: list[bool], groups: list[object]) -> tuple[float | None, int]:
    """Follow the formula in fractions, one event time after another: the statistic, and how many are free."""
    labels = sorted(set(groups))
    excess = dict.fromkeys(labels, Fraction(0))
    expected = dict.fromkeys(labels, Fraction(0))
    variance = {(one, other): Fraction(0) for one in labels for other in labels}
    rows = list(zip(days, seen, groups, strict=True))
    for time in {day for day, happened, _ in rows if happened}:
        at_risk = {label: sum(day >= time and group == label for day, _, group in rows) for label in labels}
        events = [group for day, happened, group in rows if happened and day == time]
        n, d = sum(at_risk.values()), len(events)
        for one in labels:
            expected[one] += Fraction(d * at_risk[one], n)
            excess[one] += events.count(one) - Fraction(d * at_risk[one], n)
            for other in labels:
                if n > 1:
                    share = Fraction(at_risk[one], n) * ((one == other) - Fraction(at_risk[other], n))
                    variance[one, other] += share * d * Fraction(n - d, n - 1)
    free = [label for label in labels if expected[label] > 0][1:]
    if not free or not any(variance.values()):
        return None, 0
    matrix = np.array([[float(variance[one, other]) for other in free] for one in free])
    shift = np.array([float(excess[label]) for label in free])
    return float(shift @ np.linalg.solve(matrix, shift)), len(free)


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("waltons", ("T", "E", "group")),
        ("dd", ("duration", "observed", "regime")),
        ("gbsg2", ("time", "cens", "menostat")),
    ],
)
def test_public_data_have_the_statistic_of_the_definition(load, name, columns) -> None:
    data = load(name).iloc[:400]
    days, seen, groups = (data[column].tolist() for column in columns)
    result = log_rank(days, seen, groups)
    expected, degrees = by_definition(days, seen, groups)
    assert (result.statistic, result.degrees_of_freedom) == (pytest.approx(expected, rel=1e-9), degrees)


def test_a_group_followed_for_less_than_the_first_event_is_left_out() -> None:
    days, seen = [5, 6, 7, 8, 9, 10], [1, 1, 0, 1, 1, 0]
    with_it = log_rank([1, 2, *days], [0, 0, *seen], ["c", "c", *"ababab"])
    without = log_rank(days, seen, list("ababab"))
    assert (with_it.statistic, with_it.degrees_of_freedom) == (without.statistic, 1)
    assert with_it.expected[2] == 0


@pytest.mark.parametrize(
    ("days", "seen", "groups"),
    [
        ([], [], []),
        ([3], [1], ["a"]),
        ([3, 4, 5], [1, 1, 0], ["a", "a", "a"]),
        ([3, 4, 5, 6], [0, 0, 0, 0], ["a", "a", "b", "b"]),
        ([3, 3, 3, 3], [1, 1, 1, 1], ["a", "a", "b", "b"]),
    ],
    ids=["nobody", "one patient", "one group", "no event", "everybody at once"],
)
def test_where_there_is_nothing_to_test_the_answer_is_none(days, seen, groups) -> None:
    result = log_rank(days, seen, groups)
    assert (result.statistic, result.p_value, result.degrees_of_freedom) == (None, None, 0)


def test_all_events_at_one_time_with_patients_left_can_be_tested() -> None:
    # Hypergeometric: 3 of 6 have the event, all in a; O - E = 3 - 1.5, V = 3*3*3*3/(36*5).
    result = log_rank([3] * 3 + [4] * 3, [1] * 3 + [0] * 3, list("aaabbb"))
    assert result.statistic == pytest.approx(1.5**2 / 0.45)


def test_a_group_of_one_is_a_group() -> None:
    result = log_rank([1, 2, 3, 4], [1, 1, 1, 1], ["b", "a", "a", "a"])
    # Only the first event time has both groups: O - E = 1 - 1/4, V = 1/4 * 3/4.
    assert result.statistic == pytest.approx(0.75**2 / 0.1875)


def test_months_that_differ_in_the_last_bit_tie() -> None:
    days = np.array([61, 61, 122, 122, 183, 183])
    noisy = days / 30.4375
    noisy[::2] = np.nextafter(noisy[::2], 99)
    seen, groups = [1, 1, 1, 0, 1, 1], list("abbaab")
    assert log_rank(noisy, seen, groups).statistic == pytest.approx(
        log_rank(days, seen, groups).statistic, rel=1e-12
    )


def test_labels_may_be_a_polars_series_or_of_several_types() -> None:
    days, seen = [1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 0, 1]
    plain = log_rank(days, seen, [0, 1, 0, 1, 0, 1]).statistic
    assert log_rank(days, seen, pl.Series(["n", "p", "n", "p", "n", "p"])).statistic == pytest.approx(plain)
    assert log_rank(days, seen, [True, "p"] * 3).statistic == pytest.approx(plain)


cohorts = st.lists(st.tuples(st.integers(0, 8), st.booleans(), st.integers(0, 2)), min_size=1, max_size=40)


@given(cohorts)
@quick
def test_it_equals_the_definition_in_fractions(rows) -> None:
    days, seen, groups = (list(column) for column in zip(*rows, strict=True))
    result = log_rank(days, seen, groups)
    expected, degrees = by_definition(days, seen, groups)
    assert result.degrees_of_freedom == degrees
    if expected is None:
        assert (result.statistic, result.p_value) == (None, None)
    else:
        assert result.statistic == pytest.approx(expected, rel=1e-9, abs=1e-9)
        assert result.p_value == pytest.approx(chdtrc(degrees, expected), abs=1e-8)


@given(st.lists(st.tuples(st.integers(0, 8), st.booleans(), st.integers(0, 2)), min_size=20), st.randoms())
@quick
def test_the_order_of_the_patients_changes_no_bit(rows, random) -> None:
    def values(result: LogRank) -> tuple[object, ...]:
        return result.statistic, result.p_value, result.expected

    shuffled = random.sample(rows, len(rows))
    assert values(log_rank(*zip(*shuffled, strict=True))) == values(log_rank(*zip(*rows, strict=True)))


@given(cohorts, st.permutations([0, 1, 2]))
@quick
def test_relabelling_the_groups_changes_nothing(rows, names) -> None:
    days, seen, groups = (list(column) for column in zip(*rows, strict=True))
    before = log_rank(days, seen, groups)
    after = log_rank(days, seen, [names[group] for group in groups])
    assert after.degrees_of_freedom == before.degrees_of_freedom
    if before.statistic is not None:
        assert after.statistic == pytest.approx(before.statistic, rel=1e-8, abs=1e-8)


@given(cohorts)
@quick
def test_only_the_order_of_the_times_matters(rows) -> None:
    days, seen, groups = (list(column) for column in zip(*rows, strict=True))
    plain = log_rank(days, seen, groups)
    stretched = log_rank([day**3 + 7 for day in days], seen, groups)
    assert stretched.statistic == plain.statistic
    assert sum(plain.observed) == pytest.approx(sum(plain.expected))


@pytest.mark.soak
def test_a_million_patients_in_five_groups_take_seconds_at_most() -> None:
    rng = np.random.default_rng(20250821)
    n = 1_000_000
    result = log_rank(rng.exponential(100, n), rng.random(n) < 0.5, rng.integers(0, 5, n))
    assert result.degrees_of_freedom == 4
    assert result.p_value is not None
    assert result.p_value > 1e-4


def test_two_groups_are_tested_without_loading_lifelines_and_as_it_would() -> None:
    generator = np.random.default_rng(7)
    for _ in range(20):
        days, seen = generator.integers(1, 200, 300), generator.random(300) < 0.6
        groups = generator.integers(0, 2, 300)
        result, theirs = log_rank(days, seen, groups), multivariate_logrank_test(days, groups, seen)
        assert result.statistic == pytest.approx(theirs.test_statistic, rel=1e-9, abs=1e-12)
        assert result.p_value == pytest.approx(theirs.p_value, rel=1e-9)
    code = (
        "import sys; from bpp_etl.metrics import log_rank; log_rank([1, 2, 3], [1, 1, 0], [0, 1, 0]);"
        " print('lifelines' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_groups_far_apart_keep_every_digit_of_their_p_value() -> None:
    days, seen = np.concatenate([np.arange(1, 201), np.arange(201, 401)]), np.ones(400)
    result = log_rank(days, seen, np.repeat([0, 1], 200))
    assert result.statistic is not None
    assert result.p_value == pytest.approx(chi2.sf(result.statistic, 1), rel=1e-12)
    assert 0 < result.p_value < 1e-60
