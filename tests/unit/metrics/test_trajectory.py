"""The random intercept model: beside statsmodels, by hand where it is balanced, and where there is no answer.

Not here: which measurements (`tests/unit/measure/test_alp_levels.py`).
"""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from statsmodels.regression.mixed_linear_model import MixedLM

from bpp_etl.metrics import random_intercept


def test_a_balanced_layout_by_hand() -> None:
    # Two values of three patients, an intercept alone: the mean of patients' means; between and within from
    # the analysis of variance, (MSB - MSW) / 2 with MSB = 2 * var(means) = 2 * 4 and MSW = sum of d^2 / 2
    # over 3.
    found = random_intercept([1, 3, 3, 5, 5, 7], np.ones((6, 1)), ["a", "a", "b", "b", "c", "c"])
    assert found.coefficients is not None
    assert found.coefficients[0] == pytest.approx(4)
    assert (found.within, found.between) == (pytest.approx(2), pytest.approx((8 - 2) / 2, rel=1e-5))
    # The error of the mean is that of three means: sqrt(var(means) / 3).
    assert found.combined([1]) == (pytest.approx(4), pytest.approx(math.sqrt(4 / 3), rel=1e-5))


@pytest.mark.parametrize("seed", range(4))
def test_it_is_that_of_statsmodels(seed: int) -> None:
    rng = np.random.default_rng(seed)
    patients = np.repeat(np.arange(60), rng.integers(1, 9, 60))
    days = rng.uniform(0, 6, patients.size)
    side = (patients % 2).astype(float)
    design = np.column_stack([1 - side, side, (1 - side) * days, side * days])
    values = design @ [4.6, 4.8, 0.02, -0.03] + rng.normal(0, 0.4, 60)[patients]
    values += rng.normal(0, 0.15, patients.size)
    found = random_intercept(values, design, patients)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it doubts a Hessian that is fine
        other = MixedLM(values, design, patients).fit(reml=True, gtol=1e-10)
    assert found.coefficients == pytest.approx(other.fe_params, abs=1e-5)
    assert found.covariance is not None
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx(other.bse_fe, rel=3e-3)
    assert found.between == pytest.approx(float(other.cov_re[0][0]), rel=1e-3)


def test_patients_of_one_level_have_no_variance_between_them() -> None:
    rng = np.random.default_rng(3)
    values = np.tile([1.0, 2.0, 3.0], 20) + rng.normal(0, 1e-3, 60)
    days = np.tile([0.0, 1.0, 2.0], 20)
    found = random_intercept(values, np.column_stack([np.ones(60), days]), np.arange(60) // 3)
    assert found.coefficients is not None
    assert found.coefficients[1] == pytest.approx(1, abs=1e-3)
    assert (found.between or 0) < 1e-6


@pytest.mark.parametrize(
    ("values", "design", "patients", "reason"),
    [
        ([], np.empty((0, 1)), [], "no patients"),
        ([1, 2, 3], np.ones((3, 1)), [1, 1, 1], "one patient alone"),
        ([1, 2], np.eye(2), [1, 2], "as few values as coefficients"),
        ([1, 2, 3], np.ones((3, 2)), [1, 2, 2], "the columns of the design depend on each other"),
        ([2, 2, 2], np.ones((3, 1)), [1, 2, 2], "the values lie on lines, with nothing left over"),
    ],
)
def test_where_nothing_can_be_said_there_is_a_reason(
    values: list[float], design: np.ndarray, patients: list[int], reason: str
) -> None:
    found = random_intercept(values, design, patients)
    assert (found.coefficients, found.reason) == (None, reason)
    with pytest.raises(ValueError, match="there are no coefficients"):
        found.combined([1.0] * design.shape[1])


def test_a_missing_value_is_refused() -> None:
    with pytest.raises(ValueError, match="values has 1 missing value"):
        random_intercept([1, None], np.ones((2, 1)), [1, 2])
    with pytest.raises(ValueError, match="design is no table of numbers"):
        random_intercept([1, 2], [[1], [np.nan]], [1, 2])
