"""What the functions accept and refuse, and that a refusal never repeats a value."""

import datetime as dt
import subprocess
import sys
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest

from bpp_etl import metrics
from bpp_etl.metrics.inputs import distinct_times

BY_DURATION = {
    "kaplan_meier": lambda days: metrics.kaplan_meier(days, [1] * len(days)),
    "median_survival": lambda days: metrics.median_survival(days, [1] * len(days)),
    "log_rank": lambda days: metrics.log_rank(days, [1] * len(days), ["a"] * len(days)),
    "hazard_ratio": lambda days: metrics.hazard_ratio(days, [1] * len(days), ["a"] * len(days)),
    "cumulative_incidence": lambda days: metrics.cumulative_incidence(days, [1] * len(days), 1, [9]),
}


@pytest.mark.parametrize("name", BY_DURATION)
@pytest.mark.parametrize(
    ("days", "found"),
    [
        ([4711, -4712], "durations has 1 negative value"),
        ([4711, -1, -4712], "durations has 2 negative values"),
        ([4711, float("nan")], "durations has 1 missing value"),
        ([4711, None, None], "durations has 2 missing values"),
        ([4711, float("inf")], "durations has 1 infinite value"),
        (["4711", "4712"], "durations is not made of numbers"),
        ([dt.timedelta(days=4711)], "durations is not made of numbers"),
        (np.array(["2021-04-07"], dtype="datetime64[D]"), "durations is not made of numbers"),
        ([[4711], [4712]], "durations is not one-dimensional"),
        (pl.Series([4711, None]), "durations has 1 missing value"),
        (pd.Series([4711, None], dtype="Int64"), "durations has 1 missing value"),
    ],
)
def test_unusable_durations_are_refused_in_one_line_with_a_hint(name, days, found) -> None:
    with pytest.raises(ValueError, match=rf"^{found}\. Hint: .+\.$") as caught:
        BY_DURATION[name](days)
    assert "\n" not in str(caught.value)
    assert "471" not in str(caught.value)


def masked(values: list[object]) -> np.ma.MaskedArray:
    """Mask the second of some values, as a null is in what a database returns."""
    return np.ma.masked_array(values, mask=[place == 1 for place in range(len(values))])


@pytest.mark.parametrize("name", BY_DURATION)
def test_what_is_masked_is_missing_whatever_lies_under_the_mask(name) -> None:
    with pytest.raises(ValueError, match="durations has 1 missing value"):
        BY_DURATION[name](masked([4711, 0, 4713]))


@pytest.mark.parametrize(
    ("ask", "found"),
    [
        (lambda: metrics.kaplan_meier([3, 4], masked([True, False])), "observed has 1 missing value"),
        (lambda: metrics.log_rank([3, 4], [1, 1], masked(["a", "b"])), "groups has 1 missing label"),
        (lambda: metrics.hazard_ratio([3, 4], [1, 1], masked([1, 0])), "groups has 1 missing label"),
        (lambda: metrics.cumulative_incidence([3], [1], 1, masked([5, 6])), "times has 1 missing value"),
        (lambda: metrics.cumulative_incidence([3, 4], masked([1, 0]), 1, [5]), "event_code has 1 missing"),
        (lambda: metrics.kaplan_meier([3], [1]).survival_at(masked([5, 6])), "times has 1 missing value"),
        (lambda: metrics.turnbull([3], [3]).survival_at(masked([5, 6])), "times has 1 missing value"),
        (lambda: metrics.roc_auc(masked([0.5, 0.0]), [1, 0]), "scores has 1 missing value"),
        (lambda: metrics.roc_auc([0.5, 0.0], masked([1, 0])), "labels has 1 missing value"),
        (lambda: metrics.signed_rank(masked([3, 0])), "differences has 1 missing value"),
        (lambda: metrics.cohen_kappa(np.ma.masked_equal([[4, 1], [1, 0]], 0)), "not made of whole numbers"),
        (lambda: metrics.proportion(np.ma.masked, 5), "not counts"),
        (lambda: metrics.pooled_share(masked([3, 0]), [4, 4]), "not counts"),
        (lambda: metrics.predictive_values(np.ma.masked, 1, 1, 1), "no count"),
        (lambda: metrics.predictive_values(1, 1, 1, 1, masked([0.1, 0.2])), "not between 0 and 1"),
        (lambda: metrics.random_intercept(masked([1, 0]), [[1], [1]], ["a", "b"]), "values has 1 missing"),
        (lambda: metrics.random_intercept([1, 2], np.ma.masked_equal([[1], [0]], 0), [1, 2]), "design has 1"),
        (lambda: metrics.random_intercept([1, 2], [[1], [1]], masked(["a", "b"])), "1 missing label"),
        (lambda: metrics.draw_labels(masked([0.5, 0.0]), 3, (1,)), "chances has 1 missing value"),
        (lambda: metrics.pool(np.ma.masked_equal([[1.0], [0.0]], 0), np.ones((2, 1))), "estimates has 1"),
        (lambda: metrics.median_follow_up([3, 4], masked([1, 0])), "observed has 1 missing value"),
        (lambda: metrics.last_follow_up(masked([3, 0])), "durations has 1 missing value"),
        (lambda: metrics.status_hazard_ratio([3, 4], masked([1, 0]), [1, 1]), "observed has 1 missing value"),
        (lambda: metrics.adjusted_hazard_ratios([3, 4], masked([1, 0]), {}), "observed has 1 missing value"),
        (lambda: metrics.median_survival(list(masked([3, 0])), [1, 1]), "durations has 1 missing value"),
        (lambda: metrics.log_rank([3, 4], [1, 1], list(masked(["a", "b"]))), "groups has 1 missing label"),
    ],
)
def test_every_masked_value_is_refused(ask, found) -> None:
    with pytest.raises(ValueError, match=found):
        ask()


def test_a_masked_bound_of_an_interval_is_open() -> None:
    assert metrics.turnbull([1, 3], masked([3, 0])).intervals.tolist() == [[1, 3], [3, np.inf]]


def test_a_masked_array_without_a_masked_value_is_an_array() -> None:
    days = np.ma.masked_array([3, 4, 9], mask=False)
    assert metrics.kaplan_meier(days, np.ma.masked_array([True, False, True])).times.tolist() == [3, 4, 9]


@pytest.mark.parametrize(
    ("observed", "found"),
    [
        ([1, 2], "observed has 1 value other than true, false, 1 and 0"),
        ([True, None], "observed has 1 missing value"),
        (pl.Series([True, None]), "observed has 1 missing value"),
        (["yes", "no"], "observed is not made of numbers"),
        ([1, 0, 1], "durations and observed differ in length"),
    ],
)
def test_an_unusable_event_indicator_is_refused(observed, found) -> None:
    with pytest.raises(ValueError, match=f"^{found}"):
        metrics.kaplan_meier([3, 4], observed)


@pytest.mark.parametrize(
    "groups",
    [["a", None], [1.0, float("nan")], ["a", float("nan")], pd.Series(["a", pd.NA]), pl.Series(["a", None])],
)
def test_missing_group_labels_are_refused(groups) -> None:
    with pytest.raises(ValueError, match=r"^groups has 1 missing label"):
        metrics.log_rank([3, 4], [1, 1], groups)


@pytest.mark.parametrize("codes", [[1, -1], [1, 0.5], [1, float("inf")]])
def test_event_codes_that_are_no_whole_numbers_are_refused(codes) -> None:
    with pytest.raises(ValueError, match=r"^event_code has 1 value that is no whole number"):
        metrics.cumulative_incidence([3, 4], codes, 1, [5])


def test_missing_scores_differences_and_times_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^scores has 1 missing value"):
        metrics.roc_auc([1, None], [0, 1])
    with pytest.raises(ValueError, match=r"^differences has 1 missing value"):
        metrics.signed_rank([1, float("nan")])
    with pytest.raises(ValueError, match=r"^times has 1 missing value"):
        metrics.cumulative_incidence([1], [1], 1, [float("nan")])
    with pytest.raises(ValueError, match=r"^times has 1 missing value"):
        metrics.kaplan_meier([1], [1]).survival_at(float("nan"))


def test_an_unknown_interval_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="choose one of log-log, log, plain, spss"):
        metrics.median_survival([1], [1], interval="loglog")


@pytest.mark.parametrize(
    "days",
    [
        [3, 4, 9],
        (3, 4, 9),
        np.array([3, 4, 9], dtype=np.int16),
        np.array([3, 4, 9], dtype=np.float32),
        pd.Series([3, 4, 9], dtype="Int64", index=[7, 7, 7]),
        pl.Series([3, 4, 9]),
        pl.Series([3, 4, 9], dtype=pl.Decimal(10, 2)),
        [Decimal(3), 4, 9.0],
        [np.int64(3), np.float64(4), 9],
    ],
)
@pytest.mark.parametrize(
    "observed", [[1, 0, 1], [True, False, True], pl.Series([True, False, True]), pd.Series([1.0, 0.0, 1.0])]
)
def test_every_usual_kind_of_column_is_read_alike(days, observed) -> None:
    curve = metrics.kaplan_meier(days, observed)
    assert curve.times.tolist() == [3, 4, 9]
    assert curve.events.tolist() == [1, 0, 1]


def test_the_callers_arrays_stay_as_they_are() -> None:
    differences = np.array([3.0, -1.0, 1e-17, 2.0])
    upper = np.array([4.0, np.nan])
    hidden = np.ma.masked_array(np.array(["a", "b"], dtype=object), mask=[False, True])
    metrics.signed_rank(differences)
    metrics.turnbull(np.array([1.0, 2.0]), upper)
    with pytest.raises(ValueError, match="missing"):
        metrics.log_rank([1, 2], [1, 1], hidden)
    assert hidden.data.tolist() == ["a", "b"]
    assert differences.tolist() == [3.0, -1.0, 1e-17, 2.0]
    assert np.isnan(upper[1])


def test_results_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        metrics.proportion(1, 2).low = 0.0


def test_importing_the_package_loads_nothing_but_numpy() -> None:
    slow = "{'scipy', 'pandas', 'polars', 'lifelines', 'duckdb', 'dagster'}"
    code = f"import sys, bpp_etl.metrics; print(sorted({slow} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_needs_no_fit_loads_no_lifelines() -> None:
    code = (
        "import sys; from bpp_etl.metrics import *; median_survival([1, 2], [1, 1]);"
        " turnbull([1, 2], [3, 4]); log_rank([1, 2], [0, 0], [0, 1]); hazard_ratio([1, 2], [1, 1], [0, 0]);"
        " print({'lifelines', 'pandas', 'matplotlib'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_everything_named_public_exists() -> None:
    assert [name for name in metrics.__all__ if not hasattr(metrics, name)] == []


@pytest.mark.parametrize(
    "days", [[], [7], [0, 0], [5, 3, 3, 0, 5], [99_999, 1], [100_000, 1], [2, 2.5], [2, np.inf]]
)
def test_days_are_told_apart_by_counting_as_by_sorting(days: list[float]) -> None:
    times = np.array(days, dtype=np.float64)
    distinct, position = distinct_times(times)
    expected, places = np.unique(times, return_inverse=True)
    assert (distinct.tolist(), position.tolist()) == (expected.tolist(), places.tolist())
    assert (distinct.dtype, position.dtype) == (np.float64, np.int64)
