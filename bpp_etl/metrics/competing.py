"""The cumulative incidence of one cause among several.

Not here: survival with a single cause, and any choice of which cause competes with which.

Not lifelines.AalenJohansenFitter, which moves tied times apart at random: for mgus2 at 12 months it gives
0.00868, truly 0.00940.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpp_etl.metrics.inputs import (
    Floats,
    Integers,
    Values,
    codes_from,
    distinct_times,
    durations_from,
    is_count,
    normal_quantile,
    numbers,
    refusal,
    require_same_length,
    step_value,
    unmasked,
)


@dataclass(frozen=True, eq=False)
class Incidence:
    """Cumulative incidence at each of `times`, with its limits; NaN where undefined."""

    times: Floats
    estimate: Floats
    low: Floats
    high: Floats
    std_error: Floats
    patients: int
    events: int
    level: float


def cumulative_incidence(durations: Values, event_code: Values, cause: int, times: Values) -> Floats:
    """Estimate the probability that `cause` has happened by each of `times`, the other causes competing.

    Aalen-Johansen: the sum over event times up to t of S(t-) * d_cause / n, with S the Kaplan-Meier survival
    from every cause together. Ties are exact: all events at one time share one risk set, and those censored
    there are still in it. `event_code` is 0 for censored and 1, 2, ... for the causes.

    The curve is right-continuous (an event at t counts at t), 0 before the first event and carried on
    unchanged after the last follow-up. Returns one value per time, NaN if there are no patients. Units of
    `times`: those of `durations`. Raises ValueError for unusable durations or codes and for a cause below 1.
    Source: Aalen and Johansen 1978; as R survival::survfit of a multi-state outcome.
    """
    return incidence_at(durations, event_code, cause, times).estimate


def incidence_at(
    durations: Values, event_code: Values, cause: int, times: Values, level: float = 0.95
) -> Incidence:
    """Estimate what `cumulative_incidence` does, with pointwise limits.

    Limits are F ** exp(+-z * se / (F log F)), the log-log transform of F; NaN where F is 0 or 1. The variance
    is the delta-method one (Marubini and Valsecchi 1995, section 10.4), with h = d / (n (n-d)) over all
    causes: the sum up to t of (F(t) - F(u))^2 h + S(u-)^2 d_cause (n - d_cause) / n^3 - 2 (F(t) - F(u)) S(u-)
    d_cause / n^2.
    """
    length_of_stay = durations_from(durations)
    codes = codes_from(event_code, "event_code")
    require_same_length(durations=length_of_stay, event_code=codes)
    at = numbers(np.atleast_1d(np.asarray(unmasked(times))), "times")
    z = normal_quantile(level)
    if isinstance(cause, bool) or not is_count(cause) or cause < 1:
        raise refusal("cause is no whole number of 1 or more", "0 means censored; pass the code of an event")
    distinct, position = distinct_times(length_of_stay)
    leaving = np.bincount(position, minlength=distinct.size)
    n = (length_of_stay.size - np.cumsum(leaving) + leaving).astype(np.float64)
    d = np.bincount(position[codes > 0], minlength=distinct.size)
    d_cause = np.bincount(position[codes == cause], minlength=distinct.size)
    survival_before = np.concatenate([[1.0], np.cumprod((n - d) / n)[:-1]])[: distinct.size]
    incidence = np.cumsum(survival_before * d_cause / n)
    std_error = np.sqrt(_variance(n, d, d_cause, survival_before, incidence))
    before = 0.0 if distinct.size else np.nan
    estimate, error = (step_value(distinct, values, at, before) for values in (incidence, std_error))
    low, high = np.full(at.shape, np.nan), np.full(at.shape, np.nan)
    # A sum that should be 1 may end a few bits below it.
    is_inside = (estimate > 0) & (estimate < 1 - 1e-12)
    inside = estimate[is_inside]
    spread = np.exp(np.minimum(-z * error[is_inside] / (inside * np.log(inside)), 700.0))
    low[is_inside], high[is_inside] = inside**spread, inside ** (1 / spread)
    return Incidence(at, estimate, low, high, error, length_of_stay.size, int((codes == cause).sum()), level)


def _variance(
    n: Floats, d: Integers, d_cause: Integers, survival_before: Floats, incidence: Floats
) -> Floats:
    # The squares are multiplied out, so that running sums give the variance at every time at once. Where
    # everyone at risk has an event h is infinite, but that is the last time, whose own difference of
    # incidences is 0.
    h = np.divide(d, n * (n - d), out=np.zeros(n.size), where=n > d)
    own = survival_before * d_cause / (n * n)
    sums = [
        np.cumsum(term)
        for term in (
            h,
            incidence * h,
            incidence * incidence * h,
            survival_before**2 * d_cause * (n - d_cause) / n**3,
            own,
            incidence * own,
        )
    ]
    variance: Floats = (
        incidence * incidence * sums[0]
        - 2 * incidence * sums[1]
        + sums[2]
        + sums[3]
        - 2 * incidence * sums[4]
        + 2 * sums[5]
    )
    return np.maximum(variance, 0.0)
