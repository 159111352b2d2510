"""Hazard ratios of several covariates at once, with delayed entry and strata.

Not here: two groups alone (`hazard.py`), and a status that begins during follow-up (`time_dependent.py`).

The likelihood, and why it is not lifelines', is in `covariate_likelihood.py`. Whom it can be asked about is
decided here, and so is whether its answer is one: where the events part the patients it has no maximum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bpp_etl.metrics.covariate_likelihood import NoMaximumError, highest
from bpp_etl.metrics.hazard import UNBOUNDED, wald
from bpp_etl.metrics.inputs import (
    Flags,
    Floats,
    Integers,
    Values,
    distinct_times,
    durations_from,
    flags_from,
    labels_from,
    normal_quantile,
    numbers,
    require_same_length,
)

_FURTHEST, _WIDEST = 10.0, 5.0
"""Log ratio and standard error, for one standard deviation of a covariate, beyond which nothing bounds it."""


@dataclass(frozen=True)
class AdjustedRatio:
    """The hazard ratio of one covariate, the others held; None, with the reason, where there is none."""

    estimate: float | None
    low: float | None
    high: float | None
    p_value: float | None
    reason: str = ""


@dataclass(frozen=True)
class AdjustedRatios:
    """A ratio for each covariate, of the patients and events in the model, `left_out` for missing values."""

    ratios: Mapping[str, AdjustedRatio]
    patients: int
    events: int
    left_out: int

    @property
    def events_per_variable(self) -> float | None:
        """Return events over covariates; None without covariates."""
        return self.events / len(self.ratios) if self.ratios else None


def adjusted_hazard_ratios(
    durations: Values,
    observed: Values,
    covariates: Mapping[str, Values],
    entry: Values | None = None,
    strata: Values | None = None,
    level: float = 0.95,
) -> AdjustedRatios:
    """Estimate the hazard ratios of covariates, each for one unit of it, by Cox regression with Efron's ties.

    `entry` is when a patient comes under observation: at risk in (entry, duration], so that whoever is
    followed no further than that is left out. Each stratum has a baseline hazard of its own. A covariate may
    be missing; such patients are left out and counted (complete cases). Interval and p-value are Wald's.

    A covariate that does not vary, or one of two values with every event on one side, has no ratio, and the
    others are estimated without it. None has one where the search does not end, or ends at a ratio that
    nothing bounds. Raises ValueError for unusable times, events or strata. Source: Cox 1972; Efron 1977; as R
    survival::coxph(Surv(entry, duration, observed) ~ covariates + strata(stratum)).

    Cost: 0.2 s for 100,000 patients with delayed entry, in whole days.
    """
    normal_quantile(level)  # refuses what is no level
    times, is_event = durations_from(durations), flags_from(observed, "observed")
    since = np.zeros(times.size) - 1 if entry is None else durations_from(entry, "entry")
    member = np.zeros(times.size, dtype=np.int64) if strata is None else labels_from(strata, "strata")[1]
    columns = {name: numbers(values, name, missing=np.nan) for name, values in covariates.items()}
    require_same_length(durations=times, observed=is_event, entry=since, strata=member, **columns)
    # Times within rounding are one, of entry and of the end alike.
    _, place = distinct_times(np.concatenate([times, since]))
    times, since = place[: times.size].astype(float), place[times.size :].astype(float)
    is_followed = times > since
    is_complete = ~np.isnan(np.column_stack([np.zeros(times.size), *columns.values()])).any(axis=1)
    used = is_followed & is_complete
    patients, events = int(used.sum()), int(is_event[used].sum())
    left_out = int((is_followed & ~is_complete).sum())
    reasons = {name: _reason(values[used], is_event[used]) for name, values in columns.items()}
    kept = {name: columns[name][used] for name, reason in reasons.items() if not reason}
    fitted: Mapping[str, AdjustedRatio] = {}
    if kept:
        fitted = _fit(times[used], is_event[used], kept, since[used], member[used], level)
    ratios = {
        name: AdjustedRatio(None, None, None, None, reason) if reason else fitted[name]
        for name, reason in reasons.items()
    }
    return AdjustedRatios(ratios, patients, events, left_out)


def _reason(values: Floats, is_event: Flags) -> str:
    """Say why a covariate cannot have a ratio; nothing where it may."""
    levels = np.unique(values)
    if levels.size < 2:
        return "does not vary" if levels.size else "no patients"
    if not is_event.any():
        return "no events"
    if levels.size == 2 and np.unique(values[is_event]).size < 2:
        return "every event falls on one side"
    return ""


def _fit(
    times: Floats,
    is_event: Flags,
    covariates: Mapping[str, Floats],
    entry: Floats,
    member: Integers,
    level: float,
) -> Mapping[str, AdjustedRatio]:
    """Find the ratios; each covariate is scaled to a mean of 0 and a standard deviation of 1, and back."""
    spread = np.array([values.std(ddof=1) for values in covariates.values()])
    scaled = np.column_stack([values - values.mean() for values in covariates.values()]) / spread
    # Whatever order patients come in, sums over them end in the same last bit.
    order = np.lexsort([*scaled.T, is_event, entry, times, member])
    try:
        steps, errors = highest(scaled[order], times[order], is_event[order], entry[order], member[order])
    except NoMaximumError:
        return dict.fromkeys(covariates, AdjustedRatio(None, None, None, None, "the search does not end"))
    if not (np.abs(steps).max() < _FURTHEST and errors.max() < _WIDEST):
        return dict.fromkeys(covariates, AdjustedRatio(None, None, None, None, "nothing bounds the ratios"))
    z = normal_quantile(level)
    ratios = [
        wald(*one, z) for one in zip((steps / spread).tolist(), (errors / spread).tolist(), strict=True)
    ]
    return {
        name: AdjustedRatio(*ratio) if ratio else AdjustedRatio(None, None, None, None, UNBOUNDED)
        for name, ratio in zip(covariates, ratios, strict=True)
    }
