"""The hazard ratio of a status that begins during follow-up: by hand, beside lifelines, where there is none.

Not here: what the status is (`tests/unit/measure/test_status.py`).
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxTimeVaryingFitter

from bpp_etl.metrics import hazard_ratio, status_hazard_ratio


def test_three_patients_by_hand() -> None:
    # Day 2: one of two without it fails while one has it, 1 / (2 + r); day 3: the one with it fails beside
    # one without it, r / (1 + r); day 4 tells nothing. r / ((2 + r)(1 + r)) is highest at the root of 2, and
    # the information there is 2r / (2 + r)^2 + r / (1 + r)^2.
    found = status_hazard_ratio([3, 2, 4], [1, 1, 1], [1, None, None])
    r = math.sqrt(2)
    error = 1 / math.sqrt(2 * r / (2 + r) ** 2 + r / (1 + r) ** 2)
    assert found.estimate == pytest.approx(r, rel=1e-12)
    assert found.low == pytest.approx(r * math.exp(-1.959963984540054 * error), rel=1e-9)
    assert found.high == pytest.approx(r * math.exp(1.959963984540054 * error), rel=1e-9)


def test_tied_events_leave_the_risk_set_as_their_average() -> None:
    # Day 2: one with and one without of two and two; Efron: r / ((2 + 2r)(1.5 + 1.5r)), highest at 1.
    found = status_hazard_ratio([2, 2, 5, 5], [1, 1, 0, 0], [1, None, 1, None])
    assert found.estimate == pytest.approx(1, rel=1e-12)


def _cohort(patients: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    durations = rng.integers(1, 40, patients)
    begins = np.where(rng.random(patients) < 0.5, rng.integers(0, 40, patients), np.nan)
    return durations, rng.random(patients) < 0.6, begins, rng.integers(0, 3, patients)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("is_stratified", [False, True])
def test_it_is_that_of_lifelines_on_rows_cut_where_the_status_begins(seed: int, is_stratified: bool) -> None:
    durations, observed, begins, strata = _cohort(300, seed)
    rows = []
    for patient, (end, event, begin, stratum) in enumerate(
        zip(durations, observed, begins, strata, strict=True)
    ):
        cut = begin if begin < end else None
        if cut is None or cut > 0:
            rows.append((patient, 0, end if cut is None else cut, event and cut is None, 0, stratum))
        if cut is not None:
            rows.append((patient, cut, end, event, 1, stratum))
    frame = pd.DataFrame(rows, columns=["id", "start", "stop", "event", "status", "stratum"])
    fitted = CoxTimeVaryingFitter().fit(
        frame if is_stratified else frame.drop(columns="stratum"),
        id_col="id",
        event_col="event",
        start_col="start",
        stop_col="stop",
        strata=["stratum"] if is_stratified else None,
        fit_options={"precision": 1e-12},
    )
    found = status_hazard_ratio(durations, observed, begins, strata if is_stratified else None)
    assert found.estimate is not None
    assert math.log(found.estimate) == pytest.approx(fitted.params_["status"], abs=1e-6)
    low, high = fitted.confidence_intervals_.loc["status"]
    assert (math.log(found.low or 0), math.log(found.high or 0)) == (
        pytest.approx(low, abs=1e-6),
        pytest.approx(high, abs=1e-6),
    )


def test_a_status_from_the_start_is_a_group() -> None:
    durations, observed, _, _ = _cohort(200, 11)
    group = np.arange(200) % 2
    found = status_hazard_ratio(durations, observed, np.where(group == 1, 0, np.nan))
    ratio = hazard_ratio(durations, observed, group)
    assert (found.estimate, found.low) == (
        pytest.approx(ratio.estimate, rel=1e-7),
        pytest.approx(ratio.low, rel=1e-7),
    )


def test_a_status_that_begins_at_the_end_or_later_never_was() -> None:
    same = status_hazard_ratio([3, 2, 4], [1, 1, 1], [1, 2, 9])
    assert same == status_hazard_ratio([3, 2, 4], [1, 1, 1], [1, None, None])


def test_no_stratum_lends_its_patients_to_another() -> None:
    durations, observed, begins, strata = _cohort(120, 3)
    alone = status_hazard_ratio(durations[strata == 0], observed[strata == 0], begins[strata == 0])
    beside = np.concatenate([durations[strata == 0], [50, 51]])
    found = status_hazard_ratio(
        beside,
        np.concatenate([observed[strata == 0], [1, 1]]),
        np.concatenate([begins[strata == 0], [np.nan, np.nan]]),
        [*["one"] * int((strata == 0).sum()), "two", "two"],
    )
    assert found.estimate == pytest.approx(alone.estimate, rel=1e-12)


@pytest.mark.parametrize(
    ("durations", "observed", "begins", "reason"),
    [
        ([], [], [], "no event while both are at risk"),
        ([5], [1], [2], "no event while both are at risk"),
        ([5, 6], [0, 0], [2, None], "no event while both are at risk"),
        ([5, 6], [1, 0], [2, None], "every event while both are at risk falls on one side"),
        ([5, 6], [1, 1], [None, 2], "every event while both are at risk falls on one side"),
    ],
)
def test_where_the_likelihood_has_no_maximum_there_is_no_ratio(
    durations: list[int], observed: list[int], begins: list[int | None], reason: str
) -> None:
    found = status_hazard_ratio(durations, observed, begins)
    assert (found.estimate, found.low, found.high, found.p_value) == (None, None, None, None)
    assert found.reason == reason


def test_a_status_cannot_begin_before_follow_up() -> None:
    with pytest.raises(ValueError, match="a status that is there from the start begins at 0"):
        status_hazard_ratio([3, 4], [1, 1], [-1, None])
