"""What holds for every statistic: other labels, a constant added, the cohort twice, strata without events.

Not here: values (each statistic's own file), and the same over whole metric tables (`tests/property`).
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpp_etl.metrics import (
    cohen_kappa,
    cumulative_incidence,
    hazard_ratio,
    incidence_at,
    kaplan_meier,
    log_rank,
    median_survival,
    proportion,
    roc_auc,
    signed_rank,
    turnbull,
)

quick = settings(max_examples=40, deadline=None)
patients = st.lists(st.tuples(st.integers(1, 30), st.booleans(), st.booleans()), min_size=2, max_size=30).map(
    lambda rows: [list(column) for column in zip(*rows, strict=True)]
)
bands = st.sampled_from(["log-log", "log", "plain"])


def about(number: float | None) -> object:
    return number if number is None else pytest.approx(number, rel=1e-7, abs=1e-9)


@given(patients)
@quick
def test_swapping_the_groups_turns_the_hazard_ratio_and_keeps_its_p_value(columns) -> None:
    days, seen, groups = columns
    plain = hazard_ratio(days, seen, groups)
    turned = hazard_ratio(days, seen, [not group for group in groups])
    if plain.estimate is None:
        assert turned.estimate is None
        return
    assert turned.estimate == pytest.approx(1 / plain.estimate, rel=1e-6)
    assert (turned.low, turned.high) == (
        pytest.approx(1 / plain.high, rel=1e-5),
        pytest.approx(1 / plain.low, rel=1e-5),
    )
    assert turned.p_value == pytest.approx(plain.p_value, abs=1e-6)


@given(patients)
@quick
def test_swapping_the_classes_turns_the_area(columns) -> None:
    scores, _, labels = columns
    plain, turned = roc_auc(scores, labels), roc_auc(scores, [not label for label in labels])
    if plain.estimate is None:
        assert turned.estimate is None
    else:
        assert turned.estimate == pytest.approx(1 - plain.estimate)
        assert turned.low == about(None if plain.high is None else 1 - plain.high)


@given(patients)
@quick
def test_renaming_the_causes_renames_their_incidences(columns) -> None:
    days, seen, other = columns
    codes = [0 if not happened else 2 if cause else 1 for happened, cause in zip(seen, other, strict=True)]
    renamed = [{0: 0, 1: 7, 2: 5}[code] for code in codes]
    for cause, name in ((1, 7), (2, 5)):
        before = cumulative_incidence(days, codes, cause, [5, 15, 30])
        assert cumulative_incidence(days, renamed, name, [5, 15, 30]) == pytest.approx(before, nan_ok=True)


@given(patients, st.integers(1, 400), bands)
@quick
def test_a_constant_added_to_every_time_is_added_to_median_and_limits(columns, constant, interval) -> None:
    days, seen, _ = columns
    plain = median_survival(days, seen, interval)
    later = median_survival([day + constant for day in days], seen, interval)
    for name in ("estimate", "low", "high"):
        before = getattr(plain, name)
        assert getattr(later, name) == (None if before is None else before + constant)


@given(st.lists(st.integers(1, 40), min_size=3, max_size=30, unique=True), st.integers(1, 400))
@quick
def test_a_constant_added_to_every_time_is_added_to_the_symmetric_limits_too(days, constant) -> None:
    # Of distinct events, so that one comes with at least 55 % left: before that the slope starts at day 0.
    plain, later = (
        median_survival([day + more for day in days], [1] * len(days), "spss") for more in (0, constant)
    )
    if plain.low is not None:
        assert later.low == pytest.approx(plain.low + constant)
        assert later.high == pytest.approx(plain.high + constant)


@given(patients, st.integers(1, 400))
@quick
def test_a_constant_added_to_every_time_or_score_changes_no_comparison(columns, constant) -> None:
    days, seen, groups = columns
    later = [day + constant for day in days]
    assert log_rank(later, seen, groups).statistic == about(log_rank(days, seen, groups).statistic)
    assert hazard_ratio(later, seen, groups).estimate == about(hazard_ratio(days, seen, groups).estimate)
    assert roc_auc(later, groups).estimate == about(roc_auc(days, groups).estimate)


@given(patients, st.integers(1, 400))
@quick
def test_a_constant_added_to_both_ends_moves_an_interval_censored_median(columns, constant) -> None:
    days, seen, _ = columns
    upper = [day + 5.0 if happened else np.inf for day, happened in zip(days, seen, strict=True)]
    plain = turnbull(days, upper)
    later = turnbull([day + constant for day in days], [end + constant for end in upper])
    assert later.median == about(None if plain.median is None else plain.median + constant)


@given(patients)
@quick
def test_the_cohort_twice_has_the_same_estimates_and_narrower_intervals(columns) -> None:
    days, seen, groups = columns
    twice = [column * 2 for column in columns]
    plain, doubled = median_survival(days, seen), median_survival(twice[0], twice[1])
    assert doubled.estimate == plain.estimate
    if None not in (plain.low, plain.high):
        assert plain.low <= doubled.low <= doubled.high <= plain.high
    assert cumulative_incidence(twice[0], twice[1], 1, [10, 30]) == pytest.approx(
        cumulative_incidence(days, seen, 1, [10, 30]), nan_ok=True
    )
    assert roc_auc(twice[0], twice[2]).estimate == about(roc_auc(days, groups).estimate)
    one, two = proportion(sum(seen), len(seen)), proportion(2 * sum(seen), 2 * len(seen))
    assert two.estimate == one.estimate
    assert two.high - two.low < one.high - one.low


@pytest.mark.parametrize(
    ("days", "seen"),
    [([], []), ([5], [0]), ([5, 9, 12], [0, 0, 0])],
    ids=["nobody", "one censored", "all censored"],
)
def test_without_an_event_there_is_no_estimate_and_no_error(days, seen) -> None:
    groups = [place % 2 for place in range(len(days))]
    assert median_survival(days, seen).estimate is None
    assert median_survival(days, seen, "spss").low is None
    assert (log_rank(days, seen, groups).statistic, log_rank(days, seen, groups).p_value) == (None, None)
    assert hazard_ratio(days, seen, groups).estimate is None
    assert turnbull(days, [np.inf] * len(days)).median is None
    assert kaplan_meier(days, seen).events.sum() == 0
    if days:
        assert incidence_at(days, seen, 1, [10]).estimate.tolist() == [0]


def test_one_patient_with_the_event_gives_what_one_can_give() -> None:
    assert median_survival([5], [1]).estimate == 5
    assert (median_survival([5], [1]).low, median_survival([5], [1]).high) == (None, None)
    assert (log_rank([5], [1], ["a"]).statistic, hazard_ratio([5], [1], ["a"]).estimate) == (None, None)
    assert turnbull([3], [5]).median == 4
    assert cumulative_incidence([5], [1], 1, [4, 5]).tolist() == [0, 1]
    assert signed_rank([-20]).p_value == 1
    assert roc_auc([1.0], [1]).estimate is None
    assert proportion(1, 1).estimate == 1


def test_a_stratum_of_one_or_of_the_censored_beside_a_full_one_is_compared_where_it_can_be() -> None:
    days, seen = [10, 20, 30, 40], [1, 1, 1, 1]
    one = log_rank([*days, 25], [*seen, 1], ["full"] * 4 + ["one"])
    assert one.degrees_of_freedom == 1
    censored = log_rank([*days, 15, 35], [*seen, 0, 0], ["full"] * 4 + ["censored"] * 2)
    assert censored.p_value is not None
    assert hazard_ratio([*days, 15, 35], [*seen, 0, 0], ["full"] * 4 + ["censored"] * 2).estimate is None
    too_short = log_rank([*days, 5], [*seen, 0], ["full"] * 4 + ["gone before the first event"])
    assert too_short.statistic is None


def test_nobody_and_one_agree_about_nothing() -> None:
    assert cohen_kappa([[0, 0], [0, 0]]).estimate is None
    assert cohen_kappa([[1, 0], [0, 0]]).estimate is None
