"""The area under the ROC curve, against all pairs and DeLong's variance by definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpp_etl.metrics import roc_auc

quick = settings(max_examples=60, deadline=None)

scored = st.lists(st.tuples(st.integers(-5, 5), st.booleans()), min_size=1, max_size=40)


def by_definition(scores: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Compare every pair, then take the variance of each row's share of wins (DeLong 1988)."""
    positives, negatives = scores[labels], scores[~labels]
    wins = (positives[:, None] > negatives) + 0.5 * (positives[:, None] == negatives)
    by_positive, by_negative = wins.mean(axis=1), wins.mean(axis=0)
    variance = by_positive.var(ddof=1) / positives.size + by_negative.var(ddof=1) / negatives.size
    return float(wins.mean()), float(np.sqrt(variance))


@given(scored)
@quick
def test_area_and_error_are_those_of_all_pairs(rows) -> None:
    scores = np.array([score for score, _ in rows], dtype=float)
    labels = np.array([label for _, label in rows])
    if min(labels.sum(), (~labels).sum()) < 2:
        return
    area, error = by_definition(scores, labels)
    result = roc_auc(scores, labels)
    assert (result.estimate, result.std_error) == pytest.approx((area, error), abs=1e-12)
    assert result.low == pytest.approx(max(area - 1.959963984540054 * error, 0), abs=1e-12)
    assert result.high == pytest.approx(min(area + 1.959963984540054 * error, 1), abs=1e-12)


@given(scored)
@quick
def test_turning_the_scores_turns_the_area(rows) -> None:
    scores, labels = [score for score, _ in rows], [label for _, label in rows]
    plain, turned = roc_auc(scores, labels), roc_auc([-score for score in scores], labels)
    if plain.estimate is not None:
        assert turned.estimate == pytest.approx(1 - plain.estimate)


@given(scored)
@quick
def test_only_the_order_of_the_scores_matters(rows) -> None:
    scores, labels = [score for score, _ in rows], [label for _, label in rows]
    assert roc_auc([score**3 - 100 for score in scores], labels) == roc_auc(scores, labels)


def test_the_direction_is_fixed() -> None:
    assert roc_auc([1, 2, 3, 4], [1, 1, 0, 0]).estimate == 0
    assert roc_auc([1, 2, 3, 4], [0, 0, 1, 1]).estimate == 1


def test_perfect_separation_has_no_spread_and_limits_stay_within_zero_and_one() -> None:
    perfect = roc_auc([1, 2, 3, 4], [0, 0, 1, 1])
    assert (perfect.low, perfect.high, perfect.std_error) == (1, 1, 0)
    wide = roc_auc([1, 3, 2, 4], [0, 0, 1, 1])
    assert (wide.estimate, wide.high) == (0.75, 1)


@pytest.mark.parametrize("labels", [[], [1, 1, 1], [0, 0]])
def test_without_both_classes_there_is_no_area(labels) -> None:
    result = roc_auc(range(len(labels)), labels)
    assert (result.estimate, result.low, result.high) == (None, None, None)


@pytest.mark.parametrize("labels", [[1, 0, 0], [0, 1, 1], [0, 1]])
def test_a_class_of_one_has_an_area_but_no_limits(labels) -> None:
    result = roc_auc(range(len(labels)), labels)
    assert result.estimate is not None
    assert (result.low, result.high, result.std_error) == (None, None, None)


def test_all_scores_equal_is_one_half() -> None:
    result = roc_auc([7] * 6, [0, 1, 0, 1, 0, 1])
    assert (result.estimate, result.low, result.high) == (0.5, 0.5, 0.5)


def test_a_million_scores_take_seconds_at_most() -> None:
    rng = np.random.default_rng(20250821)
    labels = rng.random(1_000_000) < 0.3
    result = roc_auc(rng.normal(labels, 1), labels)
    # Two normals one standard deviation apart: Phi(1 / sqrt 2).
    assert result.estimate == pytest.approx(0.76025, abs=2e-3)
