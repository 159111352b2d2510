"""Predictive values: by hand, at other prevalences, and their bootstrap limits.

Not here: which test and which condition (`tests/unit/measure/test_alp_test.py`).
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from bpp_etl.metrics import predictive_values


def test_by_hand() -> None:
    # 40 of 50 with the condition and 5 of 50 without it test positive.
    found = predictive_values(40, 5, 10, 45, prevalences=(0.5, 0.1))
    assert found.positive.estimate == pytest.approx(40 / 45)
    assert found.negative.estimate == pytest.approx(45 / 55)
    # As many with as without it: Bayes gives the same again.
    assert found.positive_at[0].estimate == pytest.approx(40 / 45)
    assert found.negative_at[0].estimate == pytest.approx(45 / 55)
    # 0.8 * 0.1 / (0.8 * 0.1 + 0.1 * 0.9) and 0.9 * 0.9 / (0.9 * 0.9 + 0.2 * 0.1).
    assert found.positive_at[1].estimate == pytest.approx(0.08 / 0.17)
    assert found.negative_at[1].estimate == pytest.approx(0.81 / 0.83)


def test_limits_are_near_those_of_a_share_where_there_are_many() -> None:
    found = predictive_values(800, 200, 300, 700).positive
    error = math.sqrt(0.8 * 0.2 / 1000)
    assert found.low == pytest.approx(0.8 - 1.96 * error, abs=0.003)
    assert found.high == pytest.approx(0.8 + 1.96 * error, abs=0.003)


def test_limits_at_a_prevalence_are_those_of_the_delta_method() -> None:
    s, c, q = 0.8, 0.9, 0.25
    found = predictive_values(800, 100, 200, 900, prevalences=(q,)).positive_at[0]
    odds_error = math.sqrt((1 - s) / (s * 1000) + c / ((1 - c) * 1000))
    centre = math.log(s * q / ((1 - c) * (1 - q)))
    low, high = (1 / (1 + math.exp(-(centre + side * 1.96 * odds_error))) for side in (-1, 1))
    assert (found.low, found.high) == (pytest.approx(low, abs=0.006), pytest.approx(high, abs=0.006))


def test_limits_cover_the_truth_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(0)
    tables = rng.multinomial(120, [0.4, 0.1, 0.2, 0.3], 200)
    found = [predictive_values(*(int(count) for count in table)).positive for table in tables]
    covered = sum((one.low or 0) <= 0.8 <= (one.high or 0) for one in found)
    assert 180 <= covered <= 200


def test_the_same_counts_give_the_same_limits() -> None:
    assert predictive_values(9, 3, 4, 8, (0.2,)) == predictive_values(9, 3, 4, 8, (0.2,))
    assert predictive_values(9, 3, 4, 8, seed=1) != predictive_values(9, 3, 4, 8)


def test_where_nobody_tests_so_there_is_no_value() -> None:
    found = predictive_values(0, 0, 4, 6, (0.2,))
    assert (found.positive.estimate, found.positive.low) == (None, None)
    assert found.negative.estimate == pytest.approx(0.6)
    # Nobody tests positive at any prevalence either.
    assert found.positive_at[0].estimate is None
    assert found.negative_at[0].estimate == pytest.approx(0.8)
    nobody = predictive_values(0, 0, 0, 0, (0.2,))
    assert {nobody.positive.estimate, nobody.negative.estimate, nobody.positive_at[0].estimate} == {None}


def test_a_specificity_of_1_bounds_nothing_at_another_prevalence() -> None:
    found = predictive_values(4, 0, 43, 19, (0.1,))
    # The value as found rests on who tested negative alone, and is bounded by them.
    assert found.negative.low is not None
    assert found.negative_at[0].estimate == pytest.approx(0.9 / (0.9 + 0.1 * 43 / 47))
    assert (found.negative_at[0].low, found.negative_at[0].high) == (None, None)


def test_a_value_that_most_samples_lack_has_no_limits() -> None:
    found = predictive_values(1, 0, 4, 6).positive
    assert (found.estimate, found.low, found.high) == (1, None, None)


@pytest.mark.parametrize("counts", [(-1, 2, 3, 4), (1.5, 2, 3, 4)])
def test_what_is_no_count_is_refused(counts: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="a cell of the table is no count"):
        predictive_values(*counts)
    with pytest.raises(ValueError, match="a prevalence is not between 0 and 1"):
        predictive_values(1, 2, 3, 4, (25,))
