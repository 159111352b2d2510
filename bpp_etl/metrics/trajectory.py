"""Repeated measurements of patients on a line, by a linear model that gives each a level of its own.

Not here: which measurements, and differences between two moments (`paired.py`).

Not statsmodels' MixedLM, with which it agrees to 1e-5 (`tests/unit/metrics/test_trajectory.py`): that walks
the patients one by one at every step, 2.4 s for 3,300 of them. With a random intercept alone everything
follows from sums over each patient and one number that is searched for, in 0.1 s for 40,000 patients.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bpp_etl.metrics.inputs import Floats, Values, labels_from, numbers, refusal, require_same_length, tabled

_SMALLEST, _LARGEST = -16.0, 12.0
"""Bounds of the search, in logarithms of the variance between patients over that within."""

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RandomIntercept:
    """Coefficients with their covariance, in the order of the design; None, with the reason, without them."""

    coefficients: Floats | None
    covariance: Matrix | None
    within: float | None
    between: float | None
    patients: int
    measurements: int
    reason: str = ""

    def combined(self, weights: Values) -> tuple[float, float]:
        """Return a weighted sum of the coefficients and its standard error. Raises ValueError without any."""
        if self.coefficients is None or self.covariance is None:
            raise refusal("there are no coefficients", f"look at the reason: {self.reason}")
        given = numbers(weights, "weights")
        error = math.sqrt(max(float(given @ self.covariance @ given), 0.0))
        return float(given @ self.coefficients), error


def random_intercept(values: Values, design: npt.ArrayLike, patients: Values) -> RandomIntercept:
    """Fit values = design @ coefficients + level of the patient + error, by restricted maximum likelihood.

    `design` has one row for each value and one column for each coefficient; levels and errors are normal.
    With t the variance between patients over that within, and n values of a patient, V = I + t J within each
    patient, of which the inverse is I - t / (1 + n t) J: generalised least squares follow from sums over each
    patient, and t minimises (N - p) log(rss / (N - p)) + sum log(1 + n t) + log det(X' V^-1 X).

    None throughout, with the reason, where the columns are not independent of each other, values are as few
    as coefficients, or there is one patient alone. Raises ValueError for missing values. Source: Laird and
    Ware 1982; as R lme4::lmer(y ~ x + (1 | patient)) and statsmodels MixedLM with reml=True.
    """
    y = numbers(values, "values")
    x = tabled(design, "design")
    if x.ndim != 2 or np.isnan(x).any():
        raise refusal("design is no table of numbers", "pass one row for each value and no missing number")
    labels, member = labels_from(patients, "patients")
    require_same_length(values=y, design=x, patients=member)
    n, p = x.shape

    def none(reason: str) -> RandomIntercept:
        return RandomIntercept(None, None, None, None, len(labels), n, reason)

    if len(labels) < 2:
        return none("one patient alone" if labels else "no patients")
    if n <= p:
        return none("as few values as coefficients")
    if np.linalg.matrix_rank(x) < p:
        return none("the columns of the design depend on each other")
    sums = _Sums.of(y, x, member, len(labels))
    ratio = _ratio_of_variances(sums)
    coefficients, information, rss = sums.solved(ratio)
    within = rss / (n - p)
    if not within > 1e-12 * max(float(np.square(y).mean()), 1e-300):
        return none("the values lie on lines, with nothing left over")
    covariance = within * np.linalg.inv(information)
    return RandomIntercept(coefficients, covariance, within, ratio * within, len(labels), n)


@dataclass(frozen=True, eq=False)
class _Sums:
    """Everything that the likelihood depends on."""

    xx: Matrix
    xy: Floats
    yy: float
    x_of: Matrix
    y_of: Floats
    values_of: Floats
    count: int

    @classmethod
    def of(cls, y: Floats, x: Matrix, member: npt.NDArray[np.int64], patients: int) -> _Sums:
        x_of = np.column_stack([np.bincount(member, column, patients) for column in x.T]).astype(np.float64)
        y_of = np.bincount(member, y, patients).astype(np.float64)
        values_of = np.bincount(member, minlength=patients).astype(np.float64)
        return cls(x.T @ x, x.T @ y, float(y @ y), x_of, y_of, values_of, y.size)

    def solved(self, ratio: float) -> tuple[Floats, Matrix, float]:
        """Return coefficients, X' V^-1 X and the weighted residual sum of squares."""
        weight = ratio / (1 + self.values_of * ratio)
        information = self.xx - self.x_of.T @ (weight[:, None] * self.x_of)
        right = self.xy - self.x_of.T @ (weight * self.y_of)
        coefficients: Floats = np.linalg.solve(information, right).astype(np.float64)
        rss = self.yy - float(weight @ np.square(self.y_of)) - float(coefficients @ right)
        return coefficients, information, max(rss, 0.0)

    def criterion(self, ratio: float) -> float:
        """Return twice the negative restricted log-likelihood, up to a constant."""
        _, information, rss = self.solved(ratio)
        free = self.count - information.shape[0]
        spread = float(np.log1p(self.values_of * ratio).sum())
        return float(free * math.log(max(rss, 1e-300)) + spread + np.linalg.slogdet(information)[1])


def _ratio_of_variances(sums: _Sums) -> float:
    from scipy.optimize import minimize_scalar  # noqa: PLC0415 - scipy takes a third of a second to load

    found = minimize_scalar(
        lambda log_ratio: sums.criterion(math.exp(log_ratio)),
        bounds=(_SMALLEST, _LARGEST),
        method="bounded",
        options={"xatol": 1e-9},
    )
    ratio = math.exp(float(found.x))
    return ratio if sums.criterion(ratio) < sums.criterion(0.0) else 0.0
