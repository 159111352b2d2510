"""Cumulative incidence with competing causes, against R 4.2.2 (survival 3.5-3) and exact fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpp_etl.metrics import cumulative_incidence, incidence_at, kaplan_meier

quick = settings(max_examples=60, deadline=None)

# Ties between the causes and with censoring at days 2, 3, 5, 7 and 9.
DAYS = [2, 2, 3, 3, 3, 5, 5, 6, 7, 7, 8, 9, 9, 9, 12]
CODES = [1, 2, 0, 1, 1, 2, 0, 1, 2, 2, 0, 1, 1, 0, 2]
AT = [0, 2, 3, 5, 9, 12]


def test_tied_causes_have_the_incidence_of_r() -> None:
    first = cumulative_incidence(DAYS, CODES, 1, AT)
    second = cumulative_incidence(DAYS, CODES, 2, AT)
    assert first == pytest.approx([0, 1 / 15, 0.2, 0.2, 0.48875, 0.48875])
    assert second == pytest.approx([0, 1 / 15, 1 / 15, 0.14, 0.305, 0.51125])


def test_errors_and_log_log_limits_are_those_of_r() -> None:
    result = incidence_at(DAYS, CODES, 2, AT)
    errors = [0, 0.064406118872, 0.064406118872, 0.0920144916123, 0.1278223050436, 0.1464277321042]
    assert result.std_error == pytest.approx(errors)
    assert result.low[1:] == pytest.approx(
        [0.00430036344938, 0.00430036344938, 0.02269138344113, 0.09333651478515, 0.21246864241651]
    )
    assert result.high[1:] == pytest.approx(
        [0.260321963072, 0.260321963072, 0.360203260536, 0.551806018050, 0.747827208748]
    )
    assert np.isnan([result.low[0], result.high[0]]).all()
    assert (result.patients, result.events) == (15, 5)


def test_the_curve_is_right_continuous_and_carried_on() -> None:
    assert cumulative_incidence([4, 8], [1, 0], 1, [-1, 3.99, 4, 8, 1e9]).tolist() == [0, 0, 0.5, 0.5, 0.5]


def test_times_may_come_in_any_order_and_alone() -> None:
    assert cumulative_incidence([4, 8], [1, 2], 2, [9, 5, 9]).tolist() == [0.5, 0, 0.5]
    assert cumulative_incidence([4, 8], [1, 2], 2, 8).tolist() == [0.5]


def test_an_event_on_day_zero_counts_at_day_zero() -> None:
    assert cumulative_incidence([0, 3], [1, 0], 1, [0]).tolist() == [0.5]


def test_a_cause_that_never_happens_has_incidence_zero() -> None:
    assert cumulative_incidence([1, 2], [1, 0], 7, [5]).tolist() == [0]


def test_nobody_has_no_incidence() -> None:
    assert np.isnan(cumulative_incidence([], [], 1, [0, 5])).all()
    assert cumulative_incidence([1], [1], 1, []).tolist() == []


@pytest.mark.parametrize("cause", [0, -1, 1.5, True])
def test_a_cause_that_is_no_event_code_is_refused(cause) -> None:
    with pytest.raises(ValueError, match="cause is no whole number of 1 or more"):
        cumulative_incidence([1], [1], cause, [1])


cohorts = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 3)), min_size=1, max_size=30)


def exact_incidence(rows: list[tuple[int, int]], cause: int, time: int) -> Fraction:
    """Follow the definition in fractions, one event time after another."""
    survival, incidence = Fraction(1), Fraction(0)
    for at in sorted({day for day, code in rows if code and day <= time}):
        n = sum(day >= at for day, _ in rows)
        incidence += survival * Fraction(sum((day, code) == (at, cause) for day, code in rows), n)
        survival *= 1 - Fraction(sum(day == at and code > 0 for day, code in rows), n)
    return incidence


@given(cohorts, st.integers(1, 3), st.integers(0, 9))
@quick
def test_it_equals_the_definition_in_fractions(rows, cause, time) -> None:
    days, codes = [day for day, _ in rows], [code for _, code in rows]
    expected = float(exact_incidence(rows, cause, time))
    assert cumulative_incidence(days, codes, cause, [time])[0] == pytest.approx(expected, abs=1e-12)


@given(cohorts)
@quick
def test_incidences_and_survival_add_up_to_one(rows) -> None:
    days, codes = [day for day, _ in rows], [code for _, code in rows]
    at = np.arange(10)
    total = sum(cumulative_incidence(days, codes, cause, at) for cause in (1, 2, 3))
    survival = kaplan_meier(days, [code > 0 for code in codes]).survival_at(at)
    assert total + survival == pytest.approx(np.ones(10), abs=1e-12)


@given(st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=1, max_size=30))
@quick
def test_with_one_cause_it_is_one_minus_kaplan_meier_and_so_is_its_error(rows) -> None:
    days, seen = [day for day, _ in rows], [event for _, event in rows]
    curve = kaplan_meier(days, seen)
    result = incidence_at(days, [int(event) for event in seen], 1, curve.times)
    assert result.estimate == pytest.approx(1 - curve.survival, abs=1e-12)
    has_error = curve.survival > 0
    assert result.std_error[has_error] == pytest.approx(curve.std_error[has_error], abs=1e-7)


def test_the_row_order_changes_nothing_and_ties_are_not_jittered() -> None:
    rng = np.random.default_rng(3)
    days, codes = rng.integers(0, 5, 200), rng.integers(0, 3, 200)
    shuffled = rng.permutation(200)
    first = cumulative_incidence(days, codes, 1, np.arange(6))
    assert first.tolist() == cumulative_incidence(days[shuffled], codes[shuffled], 1, np.arange(6)).tolist()


def test_a_million_patients_take_seconds_at_most() -> None:
    rng = np.random.default_rng(20250821)
    n = 1_000_000
    result = cumulative_incidence(rng.exponential(100, n), rng.integers(0, 3, n), 1, [50, 100])
    # Three equal hazards, one of them censoring: F(t) = (1 - exp(-2/3 t / 100)) / 2.
    assert result == pytest.approx((1 - np.exp(-np.array([1 / 3, 2 / 3]))) / 2, abs=2e-3)
