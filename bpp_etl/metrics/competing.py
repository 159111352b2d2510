"""The cumulative incidence of one cause among several.

Not here: survival with a single cause, and any choice of which cause competes with which.
"""

from __future__ import annotations

import numpy as np

from bpp_etl.metrics.inputs import (
    Floats,
    Values,
    codes_from,
    distinct_times,
    durations_from,
    numbers,
    refusal,
    require_same_length,
    step_value,
)


def cumulative_incidence(durations: Values, event_code: Values, cause: int, times: Values) -> Floats:
    """Estimate the probability that `cause` has happened by each of `times`, the other causes competing.

    Aalen-Johansen: the sum over event times up to t of S(t-) * d_cause / n, with S the Kaplan-Meier survival from
    every cause together. Ties are exact: all events at one time share one risk set, and those censored there are
    still in it. `event_code` is 0 for censored and 1, 2, ... for the causes.

    The curve is right-continuous (an event at t counts at t), 0 before the first event and carried on unchanged after
    the last follow-up. Returns one value per time, NaN if there are no patients. Units of `times`: those of
    `durations`. Raises ValueError for unusable durations or codes and for a cause below 1. Source: Aalen and Johansen
    1978; as R survival::survfit of a multi-state outcome.
    """
    length_of_stay = durations_from(durations)
    codes = codes_from(event_code, "event_code")
    require_same_length(durations=length_of_stay, event_code=codes)
    at = numbers(np.atleast_1d(np.asarray(times)), "times")
    if isinstance(cause, bool) or cause != int(cause) or cause < 1:
        raise refusal("cause is no whole number of 1 or more", "0 means censored; pass the code of an event")
    if length_of_stay.size == 0:
        return np.full(at.shape, np.nan)
    distinct, position = distinct_times(length_of_stay)
    leaving = np.bincount(position, minlength=distinct.size)
    at_risk = length_of_stay.size - np.cumsum(leaving) + leaving
    any_cause = np.bincount(position[codes > 0], minlength=distinct.size)
    this_cause = np.bincount(position[codes == cause], minlength=distinct.size)
    survival = np.cumprod((at_risk - any_cause) / at_risk)
    survival_before = np.concatenate([[1.0], survival[:-1]])
    incidence = np.cumsum(survival_before * this_cause / at_risk)
    return step_value(distinct, incidence, at, before=0.0)
