"""The Kaplan-Meier curve, against a hand-worked table, lifelines and its own laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpp_etl.metrics import kaplan_meier
from bpp_etl.metrics.inputs import Values

quick = settings(max_examples=60, deadline=None)

patients = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=40)


def test_the_curve_is_the_hand_worked_one() -> None:
    curve = kaplan_meier([6, 6, 6, 6, 7, 9, 10, 10], [1, 1, 1, 0, 1, 0, 1, 0])
    assert curve.times.tolist() == [6, 7, 9, 10]
    assert curve.at_risk.tolist() == [8, 4, 3, 2]
    assert curve.events.tolist() == [3, 1, 0, 1]
    assert curve.censored.tolist() == [1, 0, 1, 1]
    assert curve.survival == pytest.approx([5 / 8, 5 / 8 * 3 / 4, 5 / 8 * 3 / 4, 5 / 8 * 3 / 4 / 2])


def test_greenwood_error_and_log_log_limits_are_those_of_the_formula() -> None:
    curve = kaplan_meier([1, 2, 3, 4], [1, 0, 1, 1])
    survival, log_error = 3 / 4 * 1 / 2, np.sqrt(1 / (4 * 3) + 1 / (2 * 1))
    assert curve.std_error[2] == pytest.approx(survival * log_error)
    exponent = np.exp(1.959963984540054 * log_error / np.log(survival))
    assert (curve.low[2], curve.high[2]) == pytest.approx((survival ** (1 / exponent), survival**exponent))


def test_limits_are_undefined_where_survival_is_one_or_zero() -> None:
    curve = kaplan_meier([1, 2, 3], [0, 1, 1])
    assert curve.survival.tolist() == [1, 0.5, 0]
    assert np.isnan(curve.low).tolist() == [True, False, True]
    assert np.isnan(curve.high).tolist() == [True, False, True]
    assert np.isnan(curve.std_error).tolist() == [False, False, True]


def test_a_patient_censored_at_an_event_time_is_still_at_risk_there() -> None:
    assert kaplan_meier([5, 5], [1, 0]).survival.tolist() == [0.5]


def test_an_event_on_day_zero_counts() -> None:
    curve = kaplan_meier([0, 0, 4], [1, 0, 1])
    assert curve.times.tolist() == [0, 4]
    assert curve.survival == pytest.approx([2 / 3, 0])


def test_nobody_gives_an_empty_curve() -> None:
    curve = kaplan_meier([], [])
    assert curve.times.size == 0
    assert np.isnan(curve.survival_at(3.0))


def test_survival_is_read_right_continuous_and_carried_on() -> None:
    curve = kaplan_meier([2, 4], [1, 0])
    assert curve.survival_at([0, 1.9, 2, 3, 99]).tolist() == [1, 1, 0.5, 0.5, 0.5]
    assert curve.survival_at(2) == 0.5


def test_months_that_differ_in_the_last_bit_tie() -> None:
    days = np.array([61, 61, 122, 122, 183])
    noisy = days / 30.4375
    noisy[1], noisy[3] = np.nextafter(noisy[1], 99), np.nextafter(noisy[3], 0)
    observed = [1, 1, 1, 0, 1]
    assert kaplan_meier(noisy, observed).survival.tolist() == kaplan_meier(days, observed).survival.tolist()


def require_the_curve_of_lifelines(days: Values, seen: Values) -> None:
    from lifelines import KaplanMeierFitter  # noqa: PLC0415 - slow to load

    with np.errstate():  # a fit sets how numpy treats errors, for everybody
        theirs = KaplanMeierFitter().fit(days, seen)
    ours = kaplan_meier(days, seen)
    curve, band = theirs.survival_function_["KM_estimate"], theirs.confidence_interval_.loc[ours.times]
    assert ours.survival_at(curve.index.to_numpy()) == pytest.approx(curve.to_numpy(), abs=1e-12)
    is_defined = (ours.survival > 0) & (ours.survival < 1)
    assert ours.low[is_defined] == pytest.approx(band.iloc[:, 0][is_defined].to_numpy(), abs=1e-12)
    assert ours.high[is_defined] == pytest.approx(band.iloc[:, 1][is_defined].to_numpy(), abs=1e-12)


@pytest.mark.parametrize(("name", "columns"), [("waltons", ("T", "E")), ("gbsg2", ("time", "cens"))])
def test_public_data_have_the_curve_and_limits_of_lifelines(load, name, columns) -> None:
    data = load(name)
    require_the_curve_of_lifelines(*(data[column] for column in columns))


@given(patients)
@settings(max_examples=30, deadline=None)
def test_curve_and_limits_are_those_of_lifelines(rows: list[tuple[int, bool]]) -> None:
    require_the_curve_of_lifelines([time for time, _ in rows], [event for _, event in rows])


@given(patients)
@quick
def test_the_curve_starts_at_most_at_one_falls_and_accounts_for_everybody(
    rows: list[tuple[int, bool]],
) -> None:
    curve = kaplan_meier([time for time, _ in rows], [event for _, event in rows])
    assert (np.diff(np.concatenate([[1.0], curve.survival])) <= 0).all()
    assert curve.survival.min() >= 0
    assert int(curve.events.sum() + curve.censored.sum()) == len(rows) == curve.at_risk[0]


@given(patients)
@quick
def test_duplicating_the_cohort_leaves_the_curve_and_narrows_its_band(rows: list[tuple[int, bool]]) -> None:
    once = kaplan_meier([time for time, _ in rows], [event for _, event in rows])
    twice = kaplan_meier([time for time, _ in rows * 2], [event for _, event in rows * 2])
    assert twice.survival == pytest.approx(once.survival, abs=1e-12)
    has_band = ~np.isnan(once.low)
    assert (twice.low[has_band] >= once.low[has_band]).all()
    assert (twice.high[has_band] <= once.high[has_band]).all()


@given(patients, st.sampled_from([0.5, 3.0, 30.4375]))
@quick
def test_scaling_time_scales_only_the_times(rows: list[tuple[int, bool]], factor: float) -> None:
    observed = [event for _, event in rows]
    plain = kaplan_meier([time for time, _ in rows], observed)
    scaled = kaplan_meier([time * factor for time, _ in rows], observed)
    assert scaled.times == pytest.approx(plain.times * factor)
    assert scaled.survival.tolist() == plain.survival.tolist()


def test_without_censoring_it_is_the_share_still_waiting() -> None:
    days = np.array([3, 1, 4, 1, 5, 9, 2, 6])
    curve = kaplan_meier(days, np.ones(8, dtype=bool))
    assert curve.survival == pytest.approx([(days > time).mean() for time in curve.times], abs=1e-12)
