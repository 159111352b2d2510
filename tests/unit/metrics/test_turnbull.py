"""Turnbull's estimate: hand-worked cells, optimality, Kaplan-Meier as a special case, R 4.2.2."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpp_etl.metrics import Turnbull, kaplan_meier, turnbull

quick = settings(max_examples=60, deadline=None)

INF = float("inf")
NAN = float("nan")


def cells(result: Turnbull) -> list[tuple[float, float, float]]:
    return [
        (low, high, pytest.approx(mass, abs=1e-9))
        for (low, high), mass in zip(result.intervals.tolist(), result.mass.tolist(), strict=True)
    ]


def test_intervals_are_open_left_and_closed_right() -> None:
    # Read as closed, [1, 2] and [2, 3] would share the point 2 and all mass would sit there.
    result = turnbull([1, 2], [2, 3])
    assert cells(result) == [(1, 2, 0.5), (2, 3, 0.5)]


def test_an_exact_time_at_a_right_end_lies_inside_and_at_a_left_end_outside() -> None:
    assert cells(turnbull([1, 2], [2, 2])) == [(2, 2, 1)]
    assert cells(turnbull([2, 2], [3, 2])) == [(2, 2, 0.5), (2, 3, 0.5)]


def test_overlapping_intervals_share_their_innermost_cell() -> None:
    result = turnbull([0, 2, 3], [5, 4, 9])
    assert cells(result) == [(3, 4, 1)]
    assert (result.median, result.median_interval) == (3.5, (3, 4))


def test_masses_are_the_hand_worked_maximum() -> None:
    # Cells (0,1] and (2,3]; likelihood p (1-p)^2: the interval over both says nothing.
    result = turnbull([0, 2, 2, 0], [1, 3, 3, 9])
    assert cells(result) == [(0, 1, 1 / 3), (2, 3, 2 / 3)]
    assert result.gap == pytest.approx(0, abs=1e-12)


def test_survival_jumps_at_the_middle_of_a_cell() -> None:
    result = turnbull([0, 2, 2], [1, 4, 4])
    assert result.survival_at([0, 0.49, 0.5, 1, 2, 2.9, 3, 4]) == pytest.approx(
        [1, 1, 2 / 3, 2 / 3, 2 / 3, 2 / 3, 0, 0]
    )
    assert result.survival_at(result.median) <= 0.5
    assert isinstance(result.survival_at(1), float)


def test_an_infinite_or_missing_upper_is_right_censored() -> None:
    for unknown in (INF, NAN, None):
        result = turnbull([1, 2, 5], [3, 4, unknown])
        assert cells(result) == [(2, 3, 2 / 3), (5, INF, 1 / 3)]
        assert result.survival_at(1e6) == pytest.approx(1 / 3)


def test_a_missing_or_infinite_lower_is_left_censored_and_includes_day_zero() -> None:
    for unknown in (-INF, NAN, None):
        assert cells(turnbull([unknown, 0], [4, 0])) == [(0, 0, 1)]
    assert cells(turnbull([0, 0], [4, 0])) == [(0, 0, 0.5), (0, 4, 0.5)]
    assert turnbull([-INF], [4]).median == 2


def test_a_median_beyond_the_last_visit_is_none() -> None:
    result = turnbull([0, 3, 3], [1, INF, INF])
    assert (result.median, result.median_interval) == (None, (3, INF))


def test_a_curve_flat_at_one_half_has_its_median_where_the_flat_begins() -> None:
    result = turnbull([0, 4], [2, 6])
    assert (result.median, result.median_interval) == (1, (0, 2))


def test_one_patient_is_one_cell() -> None:
    assert cells(turnbull([3], [8])) == [(3, 8, 1)]
    assert turnbull([3], [INF]).median is None


def test_nobody_has_no_curve() -> None:
    result = turnbull([], [])
    assert (result.median, result.median_interval, result.patients) == (None, None, 0)
    assert np.isnan(result.survival_at(5))
    assert np.isnan(result.survival_at([5, 6])).all()


def test_a_maximum_that_is_not_unique_is_still_a_maximum() -> None:
    # Rows over cells {1,2}, {2,3}, {3,4}, {4,1 to 4}: many masses give the same likelihood.
    result = turnbull([0, 1, 2, 0, 0, 3], [2, 3, 4, 4, 1, 4])
    assert result.gap == pytest.approx(0, abs=1e-9)
    assert result.mass.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("gender", "median", "survival"),
    [
        ("male", 17, [0.98984901, 0.91175713, 0.58044998, 0.23761001, 0.09314437]),
        ("female", 15, [0.97404662, 0.84533819, 0.48317943, 0.19728899, 0.08272426]),
    ],
)
def test_diabetic_nephropathy_has_the_curve_of_r(load, gender, median, survival) -> None:
    data = load("diabetes")
    data = data[data["gender"] == gender]
    result = turnbull(data["left"], data["right"])
    assert result.median == median
    # R stops at changes of 5e-5 in S; ours is the maximum.
    assert result.survival_at([5.2, 10.2, 15.2, 20.2, 25.2]) == pytest.approx(survival, abs=5e-5)
    assert result.gap < 1e-10


def largest_gradient(lower: list[float], upper: list[float], result: Turnbull) -> float:
    """Try one more patient's worth of mass at every place between the bounds, by definition."""
    points = sorted({bound for bound in [*lower, *upper] if np.isfinite(bound)})
    grid = sorted({*points, *(point + 0.25 for point in points), max(points, default=0) + 1})
    ends = result.intervals

    def covers(low: float, high: float) -> np.ndarray:
        exact = ends[:, 0] == ends[:, 1]
        # An exact row holds only its own point, not the interval that ends there.
        inside = np.where(exact, (ends[:, 0] > low) | (low == high), ends[:, 0] >= low) & (ends[:, 1] <= high)
        return inside & ((low != high) | (exact & (ends[:, 1] == high)))

    chances = [float(result.mass[covers(low, high)].sum()) for low, high in zip(lower, upper, strict=True)]
    return max(
        sum(
            1 / chance
            for low, high, chance in zip(lower, upper, chances, strict=True)
            if low < place <= high or low == high == place
        )
        for place in grid
    )


rows = st.lists(
    st.tuples(st.integers(0, 10), st.one_of(st.integers(0, 5), st.just(INF))), min_size=1, max_size=25
)


@given(rows)
@quick
def test_no_place_would_gain_from_more_mass(pairs) -> None:
    lower, upper = [float(low) for low, _ in pairs], [float(low + width) for low, width in pairs]
    result = turnbull(lower, upper)
    assert result.mass.sum() == pytest.approx(1)
    assert (result.mass > 0).all()
    assert result.gap < 1e-8
    assert largest_gradient(lower, upper, result) <= len(pairs) * (1 + 1e-7)


@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=40))
@quick
def test_on_right_censored_data_it_is_kaplan_meier(patients) -> None:
    days, seen = [day for day, _ in patients], [event for _, event in patients]
    curve = kaplan_meier(days, seen)
    result = turnbull(days, [day if event else INF for day, event in patients])
    assert result.survival_at(curve.times) == pytest.approx(curve.survival, abs=1e-8)


def test_on_exact_data_it_is_the_share_still_waiting() -> None:
    days = np.array([3, 1, 4, 1, 5, 9, 2, 6, 5])
    result = turnbull(days, days)
    assert result.intervals[:, 0].tolist() == result.intervals[:, 1].tolist() == [1, 2, 3, 4, 5, 6, 9]
    assert result.mass == pytest.approx(np.array([2, 1, 1, 1, 2, 1, 1]) / 9)
    assert result.median == 4


@given(rows, st.sampled_from([2.0, 30.4375]))
@quick
def test_scaling_time_and_duplicating_patients_change_no_mass(pairs, factor) -> None:
    lower, upper = [low for low, _ in pairs], [low + width for low, width in pairs]
    plain = turnbull(lower, upper)
    other = turnbull([low * factor for low in lower] * 2, [high * factor for high in upper] * 2)
    at = np.arange(0, 16, 0.5)
    assert other.survival_at(at * factor) == pytest.approx(plain.survival_at(at), abs=1e-6)


def test_twenty_thousand_patients_reach_the_maximum_in_seconds() -> None:
    rng = np.random.default_rng(20250821)
    n = 20_000
    onset, dropout, first_visit = rng.exponential(400, n), rng.exponential(800, n), rng.integers(1, 64, n)
    showing = first_visit + np.maximum(np.ceil((onset - first_visit) / 63), 0) * 63
    last_visit = np.maximum(first_visit + np.floor((dropout - first_visit) / 63) * 63, 0)
    is_shown = showing <= dropout
    lower = np.where(is_shown, np.maximum(showing - 63, 0), last_visit)
    result = turnbull(lower, np.where(is_shown, showing, INF))
    assert result.gap < 1e-9
    at = np.arange(50, 800, 50.0)
    assert result.survival_at(at) == pytest.approx(np.exp(-at / 400), abs=0.03)


@pytest.mark.parametrize(
    ("lower", "upper", "found"),
    [
        ([5], [4], "lower is above upper in 1 row"),
        ([-1, -2], [4, 4], "lower or upper is negative in 2 rows"),
        ([-INF], [-1], "lower or upper is negative in 1 row"),
        ([INF], [INF], "lower is infinite in 1 row"),
        ([None], [NAN], "lower and upper are both missing in 1 row"),
        ([1, 2], [3], "lower and upper differ in length"),
    ],
)
def test_impossible_intervals_are_refused(lower, upper, found) -> None:
    with pytest.raises(ValueError, match=rf"^{found}\. Hint: .+\.$"):
        turnbull(lower, upper)
