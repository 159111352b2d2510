"""Median follow-up by reverse Kaplan-Meier, and the last day on which anybody was followed."""

from __future__ import annotations

import pytest

from bpp_etl.metrics import kaplan_meier, last_follow_up, median_follow_up


def test_whoever_had_the_event_leaves_before_the_end_of_follow_up() -> None:
    # Follow-up ends on 20, with 4 at risk, and on 40, with 2: 3/4 and 3/8 remain.
    assert median_follow_up([10, 20, 30, 40, 60], [1, 0, 1, 0, 0]) == 40


def test_it_is_the_kaplan_meier_median_of_the_reversed_status() -> None:
    days, observed = [5, 8, 8, 12, 16, 23, 27, 30], [1, 1, 0, 1, 0, 1, 0, 0]
    curve = kaplan_meier(days, [1 - seen for seen in observed])
    first = next(day for day, share in zip(curve.times, curve.survival, strict=True) if share <= 0.5)
    assert median_follow_up(days, observed) == first == 27


@pytest.mark.parametrize("observed", [[1, 1, 1], [0, 1, 1]])
def test_it_is_not_reached_where_nearly_everybody_had_the_event(observed: list[int]) -> None:
    assert median_follow_up([10, 20, 30], observed) is None


def test_nobody_was_followed_for_no_time() -> None:
    assert (median_follow_up([], []), last_follow_up([])) == (None, None)


def test_the_last_day_is_that_of_an_event_or_of_the_end_of_follow_up() -> None:
    assert last_follow_up([10, 126, 90]) == 126


def test_what_is_no_time_is_refused() -> None:
    with pytest.raises(ValueError, match="missing value"):
        last_follow_up([10, float("nan")])
