"""Hazard ratios of several covariates: R's numbers, delayed entry by hand, and where there is none to give.

Not here: which covariates and whose (`tests/unit/measure/test_adjusted.py`).
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter
from lifelines.datasets import load_lung

from bpp_etl.metrics import adjusted_hazard_ratios


def test_it_is_that_of_r_on_lung() -> None:
    # R 4.2.2, survival: coxph(Surv(time, status) ~ age + sex + ph.ecog, lung); one patient lacks ph.ecog.
    lung = load_lung()
    found = adjusted_hazard_ratios(
        lung["time"], lung["status"], {name: lung[name] for name in ("age", "sex", "ph.ecog")}
    )
    assert (found.patients, found.events, found.left_out) == (227, 164, 1)
    assert {name: ratio.estimate for name, ratio in found.ratios.items()} == {
        "age": pytest.approx(math.exp(0.011067), abs=1e-6),
        "sex": pytest.approx(math.exp(-0.552612), abs=1e-6),
        "ph.ecog": pytest.approx(math.exp(0.463728), abs=1e-6),
    }
    sex = found.ratios["sex"]
    assert (sex.low, sex.high) == (pytest.approx(0.4142, abs=5e-5), pytest.approx(0.7994, abs=5e-5))
    assert found.events_per_variable == pytest.approx(164 / 3)


def test_nobody_is_at_risk_before_entry() -> None:
    # Day 2: of the first and the second, the one that has it; day 4: of the second and the third, the other.
    # With entry r / (1 + r)^2, highest at 1; without, r / ((1 + 2r)(1 + r)), highest at the root of a half.
    durations, observed, covariate = [2, 4, 5], [1, 1, 1], {"x": [1, 0, 1]}
    late = adjusted_hazard_ratios(durations, observed, covariate, entry=[0, 0, 3])
    assert late.ratios["x"].estimate == pytest.approx(1, rel=1e-6)
    whole = adjusted_hazard_ratios(durations, observed, covariate)
    assert whole.ratios["x"].estimate == pytest.approx(math.sqrt(0.5), rel=1e-6)


def test_who_is_followed_no_further_than_the_entry_is_not_in_it() -> None:
    found = adjusted_hazard_ratios([2, 4, 5, 3], [1, 1, 1, 0], {"x": [1, 0, 1, None]}, entry=[0, 0, 3, 3])
    assert (found.patients, found.left_out) == (3, 0)


def test_two_covariates_that_are_one_have_no_ratio() -> None:
    rng = np.random.default_rng(1)
    age = rng.normal(60, 9, 80)
    found = adjusted_hazard_ratios(rng.integers(1, 99, 80), np.ones(80), {"age": age, "older": age + 5})
    assert [ratio.estimate for ratio in found.ratios.values()] == [None, None]
    assert {ratio.reason for ratio in found.ratios.values()} <= {
        "the search does not end",
        "nothing bounds the ratios",
    }


def test_events_that_part_the_patients_have_no_ratio_rather_than_millions() -> None:
    # The higher the value the sooner the event: the likelihood rises for ever.
    found = adjusted_hazard_ratios(range(1, 41), np.ones(40), {"x": np.arange(40)[::-1]})
    assert found.ratios["x"].estimate is None


def test_a_covariate_with_every_event_on_one_side_is_left_out_and_the_others_stay() -> None:
    rng = np.random.default_rng(2)
    durations, side = rng.integers(1, 400, 100), np.arange(100) % 2
    age = rng.normal(60, 9, 100)
    observed = (side == 1) & (rng.random(100) < 0.8)
    found = adjusted_hazard_ratios(durations, observed, {"side": side, "age": age})
    assert (found.ratios["side"].estimate, found.ratios["side"].reason) == (
        None,
        "every event falls on one side",
    )
    alone = adjusted_hazard_ratios(durations, observed, {"age": age})
    assert found.ratios["age"].estimate == pytest.approx(alone.ratios["age"].estimate, rel=1e-9)


@pytest.mark.parametrize("patients", [0, 1, 3])
def test_few_patients_have_no_ratio_and_a_reason(patients: int) -> None:
    found = adjusted_hazard_ratios(
        range(10, 10 + patients), np.ones(patients), {"x": np.ones(patients)}, entry=np.ones(patients)
    )
    assert (found.ratios["x"].estimate, found.patients) == (None, patients)
    assert found.ratios["x"].reason == ("does not vary" if patients else "no patients")


def test_each_stratum_has_a_hazard_of_its_own() -> None:
    # Strata of very different hazard: the ratio within each is 2, and pooling them would hide it.
    rng = np.random.default_rng(4)
    stratum, exposed = np.repeat([0, 1], 1500), rng.random(3000) < np.repeat([0.8, 0.2], 1500)
    scale = np.where(stratum == 0, 400.0, 40.0) / np.where(exposed, 2, 1)
    durations = np.ceil(rng.exponential(scale) * 10)
    stratified = adjusted_hazard_ratios(durations, np.ones(3000), {"x": exposed}, strata=stratum)
    pooled = adjusted_hazard_ratios(durations, np.ones(3000), {"x": exposed})
    assert stratified.ratios["x"].estimate == pytest.approx(2, rel=0.1)
    assert (pooled.ratios["x"].estimate or 9) < 1


def by_lifelines(frame: pd.DataFrame, entry: str | None, strata: list[str]) -> pd.DataFrame:
    """Fit what is left in the frame; the search goes on until nothing moves."""
    fitted = CoxPHFitter().fit(
        frame,
        duration_col="time",
        event_col="is_event",
        entry_col=entry,
        strata=strata,
        fit_options={"precision": 1e-14, "r_precision": 0.0},
    )
    return fitted.summary


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("is_late", [True, False])
def test_it_is_that_of_lifelines_with_ties_delayed_entry_and_strata(seed: int, is_late: bool) -> None:
    rng = np.random.default_rng(seed)
    n = 240
    covariates = {
        "age": rng.normal(62, 11, n),
        "positive": rng.random(n) < 0.3,
        "alp": rng.lognormal(5, 0.6, n),
    }
    hazard = np.exp(0.03 * (covariates["age"] - 62) + 0.5 * covariates["positive"])
    entry = np.floor(rng.exponential(30, n)) if is_late else np.zeros(n) - 1
    time = np.maximum(entry, 0) + np.ceil(rng.exponential(90, n) / hazard)
    observed, stratum = rng.random(n) < 0.7, rng.integers(0, 3, n)
    found = adjusted_hazard_ratios(
        time, observed, covariates, entry=entry if is_late else None, strata=stratum
    )
    columns = {"time": time, "is_event": observed, "stratum": stratum, **covariates}
    frame = pd.DataFrame(columns | ({"entry": entry} if is_late else {}))
    theirs = by_lifelines(frame.astype(float), "entry" if is_late else None, ["stratum"])
    for name, ratio in found.ratios.items():
        assert math.log(ratio.estimate or 0) == pytest.approx(theirs.loc[name, "coef"], rel=1e-7, abs=1e-9)
        assert ratio.low == pytest.approx(theirs.loc[name, "exp(coef) lower 95%"], rel=1e-7)
        assert ratio.p_value == pytest.approx(theirs.loc[name, "p"], rel=1e-5)


def test_the_order_of_the_patients_changes_no_bit() -> None:
    rng = np.random.default_rng(8)
    rows = np.column_stack([rng.integers(1, 40, 60), rng.random(60) < 0.6, rng.normal(60, 9, 60)])
    one, other = (
        adjusted_hazard_ratios(some[:, 0], some[:, 1], {"age": some[:, 2]}) for some in (rows, rows[::-1])
    )
    assert one == other


def test_months_that_differ_in_the_last_bit_tie() -> None:
    days, age = np.array([61, 61, 122, 122, 183, 183]), np.array([50, 60, 70, 55, 40, 66])
    noisy = days / 30.4375
    noisy[::2] = np.nextafter(noisy[::2], 99)
    one, other = (adjusted_hazard_ratios(times, np.ones(6), {"age": age}) for times in (noisy, days))
    assert one == other


def test_more_covariates_than_the_patients_can_tell_apart_have_no_ratio() -> None:
    covariates = {"age": [50, 60, 70], "alp": [90, 200, 110], "late": [0, 1, 1]}
    found = adjusted_hazard_ratios([3, 5, 9], [1, 1, 1], covariates, entry=[0, 1, 2])
    assert [ratio.estimate for ratio in found.ratios.values()] == [None] * 3
