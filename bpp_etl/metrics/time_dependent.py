"""The hazard ratio of a status that begins during follow-up: once it has begun, over before and without it.

Not here: groups that are known from the start (`hazard.py`).

The likelihood, and why it is not lifelines', is in `status_likelihood.py`.
"""

from __future__ import annotations

import numpy as np

from bpp_etl.metrics.hazard import UNBOUNDED, HazardRatio, wald
from bpp_etl.metrics.inputs import (
    Values,
    distinct_times,
    durations_from,
    flags_from,
    labels_from,
    normal_quantile,
    numbers,
    refusal,
    require_same_length,
)
from bpp_etl.metrics.status_likelihood import maximum, risk_sets

BEFORE, AFTER = "before", "after"


def status_hazard_ratio(
    durations: Values,
    observed: Values,
    begins: Values,
    strata: Values | None = None,
    level: float = 0.95,
) -> HazardRatio:
    """Estimate the hazard ratio of a status that begins at some time, by Cox regression with Efron's ties.

    `begins` is when the status begins, missing for whom it never does; it is on after that time, so that an
    event at that very time is one without it, and a beginning at the end of follow-up or later is none. Until
    then a patient counts among those without it: no time is credited to the status that it took to come
    (guarantee time). With `strata` each has a baseline hazard of its own.

    Interval and p-value are Wald's. None throughout, with the reason, where no event falls while both are at
    risk, or all of these fall on one side. Raises ValueError for unusable input and for a negative beginning.
    Source: Cox 1972; Andersen and Gill 1982; Efron 1977; as R survival::coxph(Surv(start, stop, event) ~
    status + strata(stratum)) of rows cut where the status begins.
    """
    z = normal_quantile(level)
    times, is_event = durations_from(durations), flags_from(observed, "observed")
    since = numbers(begins, "begins", missing=np.inf)
    if (since < 0).any():
        raise refusal("begins has negative values", "a status that is there from the start begins at 0")
    stratum = np.zeros(times.size, dtype=np.int64) if strata is None else labels_from(strata, "strata")[1]
    require_same_length(durations=times, observed=is_event, begins=since, strata=stratum)
    _, place = distinct_times(np.concatenate([times, since]))
    day, day_since = place[: times.size].astype(float), place[times.size :].astype(float)
    sets = risk_sets(day, is_event, day_since, stratum)
    patients, events = times.size, int(is_event.sum())

    def found(*numbers_of: float | None, reason: str = "") -> HazardRatio:
        estimate, low, high, p_value = numbers_of or (None,) * 4
        return HazardRatio(estimate, low, high, p_value, BEFORE, AFTER, patients, events, level, reason)

    if sets.events == 0:
        return found(reason="no event while both are at risk")
    if not 0 < sets.within < sets.events:
        return found(reason="every event while both are at risk falls on one side")
    ratio = wald(*maximum(sets), z)
    return found(*ratio) if ratio else found(reason=UNBOUNDED)
