"""Median times and their limits, against R 4.2.2 (survival 3.5-3), and the conventions at their edges."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpp_etl.metrics import MedianSurvival, median_survival

quick = settings(max_examples=60, deadline=None)

# Miller 1981: remission of acute myelogenous leukaemia with and without maintenance.
MAINTAINED = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161], [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0]
NONMAINTAINED = [5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45], [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1]


def limits(result: MedianSurvival) -> tuple[float | None, float | None, float | None]:
    return result.estimate, result.low, result.high


@pytest.mark.parametrize(
    ("arm", "interval", "expected"),
    [
        (MAINTAINED, "log-log", (31, 13, None)),
        (MAINTAINED, "plain", (31, 18, 48)),
        (MAINTAINED, "log", (31, 18, None)),
        (NONMAINTAINED, "log-log", (23, 5, 33)),
        (NONMAINTAINED, "plain", (23, 8, 33)),
        (NONMAINTAINED, "log", (23, 8, None)),
    ],
)
def test_leukaemia_arms_have_the_medians_of_r(arm, interval, expected) -> None:
    assert limits(median_survival(*arm, interval=interval)) == expected


@pytest.mark.parametrize(
    ("sex", "interval", "expected"),
    [
        (1, "log-log", (270, 210, 306)),
        (1, "plain", (270, 212, 306)),
        (2, "log-log", (426, 345, 524)),
        (2, "plain", (426, 345, 524)),
    ],
)
def test_lung_cancer_by_sex_has_the_medians_of_r(load, sex, interval, expected) -> None:
    data = load("lung")
    data = data[data["sex"] == sex]
    assert limits(median_survival(data["time"], data["status"], interval=interval)) == expected


@pytest.mark.parametrize(("therapy", "expected"), [("no", (1528, 1280, 1814)), ("yes", (2018, 1918, None))])
def test_german_breast_cancer_study_has_the_medians_of_r(load, therapy, expected) -> None:
    data = load("gbsg2")
    data = data[data["horTh"] == therapy]
    assert limits(median_survival(data["time"], data["cens"])) == expected


@pytest.mark.parametrize(
    ("arm", "expected"), [(MAINTAINED, (31, 16.578, 45.422)), (NONMAINTAINED, (23, 0.603, 45.397))]
)
def test_symmetric_interval_of_the_leukaemia_arms(arm, expected) -> None:
    assert limits(median_survival(*arm, interval="spss")) == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize(("sex", "expected"), [(1, (270, 215.83, 324.17)), (2, (426, 334.75, 517.25))])
def test_symmetric_interval_of_lung_cancer(load, sex, expected) -> None:
    data = load("lung")
    data = data[data["sex"] == sex]
    result = median_survival(data["time"], data["status"], interval="spss")
    assert limits(result) == pytest.approx(expected, abs=5e-3)


def test_symmetric_interval_is_none_if_the_curve_stays_above_045() -> None:
    result = median_survival([1, 2, 3, 4], [1, 1, 0, 0], interval="spss")
    assert limits(result) == (2, None, None)


def test_symmetric_interval_starts_at_time_zero_if_the_first_event_drops_below_055() -> None:
    # S = 0.4 from day 10: density = (1 - 0.4) / 10, Greenwood error of S = sqrt(0.4 * 0.6 / 5).
    result = median_survival([10, 10, 10, 20, 30], [1, 1, 1, 0, 0], interval="spss")
    half = 1.959963984540054 * np.sqrt(0.4 * 0.6 / 5) / 0.06
    assert limits(result) == pytest.approx((10, 10 - half, 10 + half))


@pytest.mark.parametrize("days", [[0, 0, 0, 5], [7, 7, 7]])
def test_symmetric_interval_is_none_without_a_slope_or_an_error(days) -> None:
    result = median_survival(days, [1] * len(days), interval="spss")
    assert limits(result) == (days[0], None, None)


def test_a_curve_flat_at_one_half_has_its_median_where_the_flat_begins() -> None:
    # R's survfit would answer (2 + 5) / 2.
    assert median_survival([1, 2, 5, 6], [1, 1, 1, 1]).estimate == 2


@pytest.mark.parametrize("n", range(2, 400, 2))
def test_one_half_is_reached_whatever_the_rounding_of_the_product(n) -> None:
    assert median_survival(np.arange(1, n + 1), np.ones(n)).estimate == n / 2


def test_a_curve_that_ends_in_zero_does_not_bound_the_median() -> None:
    assert limits(median_survival([4], [1])) == (4, None, None)
    assert limits(median_survival([3, 3, 3], [1, 1, 1], interval="plain")) == (3, None, None)


@pytest.mark.parametrize("interval", ["log-log", "log", "plain", "spss"])
@pytest.mark.parametrize("rows", [([], []), ([5], [0]), ([0, 3, 9], [0, 0, 0])])
def test_nobody_or_no_event_gives_no_median(rows, interval) -> None:
    result = median_survival(*rows, interval=interval)
    assert limits(result) == (None, None, None)
    assert (result.patients, result.events) == (len(rows[0]), 0)


def test_the_level_moves_the_limits() -> None:
    assert limits(median_survival(*NONMAINTAINED, level=0.5)) == (23, 12, 27)


def test_series_of_pandas_and_arrays_give_the_same_as_lists() -> None:
    days, observed = MAINTAINED
    expected = median_survival(days, observed)
    assert median_survival(pd.Series(days), pd.Series(observed, dtype=bool)) == expected
    assert median_survival(np.array(days), np.array(observed, dtype=float)) == expected


@given(
    st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=40),
    st.sampled_from(["log-log", "log", "plain"]),
)
@quick
def test_limits_enclose_the_median_and_tripling_time_triples_all(rows, interval) -> None:
    days, observed = [time for time, _ in rows], [event for _, event in rows]
    result = median_survival(days, observed, interval=interval)
    if result.estimate is not None:
        assert result.low is None or result.low <= result.estimate
        assert result.high is None or result.high >= result.estimate
    tripled = median_survival([3 * day for day in days], observed, interval=interval)
    assert limits(tripled) == tuple(None if value is None else 3 * value for value in limits(result))


def test_a_million_patients_take_seconds_at_most() -> None:
    rng = np.random.default_rng(20250821)
    result = median_survival(rng.exponential(100, 1_000_000), rng.random(1_000_000) < 0.6)
    assert result.low is not None
    assert result.high is not None
    assert 0 < result.high - result.low < 2
