"""Where a library is wrong or fails, so that a part of these statistics is ours; each beside what is right.

Not here: whether ours is right (each statistic's own file). A test that fails after an upgrade says that the
library has healed: then look whether our own code is still needed.
"""

import warnings

import numpy as np
import pandas as pd
import pytest
from lifelines import AalenJohansenFitter, CoxPHFitter, KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test
from lifelines.utils import median_survival_times
from scipy.stats import wilcoxon

from bpp_etl.metrics import (
    cumulative_incidence,
    hazard_ratio,
    log_rank,
    median_survival,
    signed_rank,
    turnbull,
)


def test_lifelines_passes_over_a_curve_that_reaches_one_half() -> None:
    days, seen = [1, 2, 3, 4, 5, 6], [1] * 6
    with np.errstate():
        fitted = KaplanMeierFitter().fit(days, seen)
    assert 0.5 < fitted.predict(3) < 0.5 + 1e-15
    assert (fitted.median_survival_time_, median_survival(days, seen).estimate) == (4, 3)


def test_lifelines_bounds_a_median_by_a_curve_that_ends_in_zero() -> None:
    with np.errstate():
        fitted = KaplanMeierFitter().fit([4], [1])
    assert median_survival_times(fitted.confidence_interval_).iloc[0].tolist() == [4, 4]
    assert (median_survival([4], [1]).low, median_survival([4], [1]).high) == (None, None)


def test_a_curve_of_lifelines_silences_numpy_for_the_whole_process() -> None:
    with np.errstate(divide="raise"):
        KaplanMeierFitter().fit([4], [1])
        assert np.geterr()["divide"] == "ignore"


def test_lifelines_reads_intervals_as_closed_so_that_all_mass_lies_where_two_meet() -> None:
    with np.errstate(divide="ignore", invalid="ignore"):
        fitted = KaplanMeierFitter().fit_interval_censoring([1.0, 2.0], [2.0, 3.0])
    assert set(fitted.survival_function_.to_numpy().ravel()) == {0, 1}
    assert turnbull([1, 2], [2, 3]).survival_at(2) == 0.5


def test_lifelines_moves_tied_times_of_competing_causes_apart() -> None:
    days, codes = [1, 1, 1, 2, 2, 2], [1, 2, 0, 1, 2, 0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = {
            float(AalenJohansenFitter(seed=seed).fit(days, codes, 1).cumulative_density_.iloc[-1, 0])
            for seed in range(5)
        }
    assert len(found) > 1
    assert cumulative_incidence(days, codes, 1, [9]).tolist() == pytest.approx([1 / 6 + 2 / 3 / 3])


def test_lifelines_counts_a_group_that_nobody_is_at_risk_of() -> None:
    days, seen, groups = [1, 5, 6, 7, 8], [0, 1, 1, 1, 0], list("cabab")
    assert multivariate_logrank_test(days, groups, seen).degrees_of_freedom == 2
    assert log_rank(days, seen, groups).degrees_of_freedom == 1


def test_lifelines_tests_where_there_is_nothing_to_test() -> None:
    days, seen, groups = [3, 4, 5, 6], [0, 0, 0, 0], list("aabb")
    assert multivariate_logrank_test(days, groups, seen).p_value == 1
    assert log_rank(days, seen, groups).p_value is None


def test_lifelines_left_to_itself_comes_to_no_hazard_ratio_of_a_small_group() -> None:
    days = np.arange(1, 201)
    data = pd.DataFrame({"days": days, "seen": 1, "group": np.isin(days, (1, 4)).astype(int)})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = CoxPHFitter().fit(data, "days", "seen").hazard_ratios_["group"]
    assert theirs < 1e-9
    assert hazard_ratio(data["days"], data["seen"], data["group"]).estimate == pytest.approx(166.28475)


def test_lifelines_left_to_itself_stops_the_search_early() -> None:
    rng = np.random.default_rng(1)
    data = pd.DataFrame({"days": np.floor(rng.exponential(400, 23)), "seen": rng.random(23) < 0.6})
    data["group"] = rng.integers(0, 2, 23)
    theirs = CoxPHFitter().fit(data, "days", "seen").hazard_ratios_["group"]
    ours = hazard_ratio(data["days"], data["seen"], data["group"]).estimate
    assert 1e-4 < abs(theirs / ours - 1) < 1e-3


def test_scipys_exact_signed_rank_test_knows_no_ties() -> None:
    differences = [1, 1, -1, 2, 3, -2, 4]
    # 34 of the 128 ways to give signs to the ranks 2, 2, 2, 4.5, 4.5, 6 and 7 lie as far out as these.
    assert signed_rank(differences).p_value == 34 / 128
    assert wilcoxon(differences, method="exact").pvalue == 38 / 128
