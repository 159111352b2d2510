"""The Kaplan-Meier curve and the median of a right-censored time.

Not here: comparing groups, competing causes, interval-censored times.

Not lifelines.KaplanMeierFitter, though its curve and log-log limits are the same to 1e-14 where both are
defined:

* It multiplies by way of logarithms, so that 0.5 may come out above 0.5 and the median one event too late: in
  32 of the 200 uncensored cohorts of 2, 4, ..., 400 patients.
* Where S = 0 its limits are 0, and R has none, so that a curve which ends in 0 always bounds the median: 704
  of 1,000 simulated cohorts of 5 patients get another upper limit than by R's rule, and 34 of 1,000 of 23.
* It has no log, plain or spss interval, and a fit sets how numpy treats errors in the whole process.
* A curve of up to 1,000 patients takes it 5.5 ms, and this 0.15 ms. A refresh of two registries under one
  protocol draws 103 curves, and more of either make more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args, overload

import numpy as np

from bpp_etl.metrics.inputs import (
    TIME_TOLERANCE,
    Floats,
    Integers,
    Values,
    distinct_times,
    durations_from,
    flags_from,
    normal_quantile,
    refusal,
    require_same_length,
    step_value,
    unmasked,
)

Interval = Literal["log-log", "log", "plain", "spss"]


@dataclass(frozen=True, eq=False)
class KaplanMeier:
    """A survival curve: one entry per distinct time, events and censorings alike.

    `low` and `high` are the pointwise log-log limits, NaN where they are undefined (survival 1 or 0).
    """

    times: Floats
    at_risk: Integers
    events: Integers
    censored: Integers
    survival: Floats
    std_error: Floats
    low: Floats
    high: Floats
    level: float

    @overload
    def survival_at(self, times: float) -> float: ...
    @overload
    def survival_at(self, times: Sequence[float] | Floats) -> Floats: ...
    def survival_at(self, times: float | Sequence[float] | Floats) -> float | Floats:
        """Return S(t): 1 before the first event, carried on after the last follow-up; NaN for nobody."""
        at = np.asarray(unmasked(times), dtype=np.float64)
        survival = step_value(self.times, self.survival, at, before=1.0 if self.times.size else np.nan)
        return float(survival) if at.ndim == 0 else survival


@dataclass(frozen=True)
class MedianSurvival:
    """A median time in the unit of the durations; None where the curve or its band does not reach 0.5."""

    estimate: float | None
    low: float | None
    high: float | None
    interval: Interval
    level: float
    patients: int
    events: int


def kaplan_meier(durations: Values, observed: Values, level: float = 0.95) -> KaplanMeier:
    """Estimate survival by the product of (1 - d/n) over the event times.

    At a tied time events come before censorings: a patient censored at t is at risk at t. The standard error
    is Greenwood's. Limits are S ** exp(+-z * se(log S) / log S), the log-log transform. Times closer than
    rounding error (1.5e-8, absolute or against their mean) are one time.

    Units: those of `durations`. Raises ValueError for missing, negative or infinite durations, and for
    `observed` other than true/false or 1/0. Source: Kaplan and Meier 1958; Kalbfleisch and Prentice 2002,
    section 1.4; as R survival::survfit with conf.type = "log-log".
    """
    times = durations_from(durations)
    is_event = flags_from(observed, "observed")
    require_same_length(durations=times, observed=is_event)
    z = normal_quantile(level)
    distinct, position = distinct_times(times)
    leaving = np.bincount(position, minlength=distinct.size)
    events = np.bincount(position[is_event], minlength=distinct.size)
    at_risk = times.size - np.cumsum(leaving) + leaving
    surviving = at_risk - events
    survival = np.cumprod(surviving / at_risk, dtype=np.float64)
    # Where everyone at risk has the event, the variance of log S is infinite and no limit is defined.
    with np.errstate(divide="ignore"):
        log_std_error = np.sqrt(np.cumsum(events / (at_risk * surviving.astype(np.float64))))
    low, high = _band(survival, log_std_error, "log-log", z)
    std_error = np.where(survival > 0, survival, np.nan) * np.where(survival > 0, log_std_error, np.nan)
    return KaplanMeier(
        times=distinct,
        at_risk=at_risk.astype(np.int64),
        events=events.astype(np.int64),
        censored=(leaving - events).astype(np.int64),
        survival=survival,
        std_error=std_error,
        low=low,
        high=high,
        level=level,
    )


def median_survival(
    durations: Values, observed: Values, interval: Interval = "log-log", level: float = 0.95
) -> MedianSurvival:
    """Estimate the median time: the first time with S(t) <= 0.5, also where the curve is flat at exactly 0.5.

    (R's survfit takes the middle of such a flat stretch: 52.5 for arm 2 of its veteran data, where this gives
    52.) Limits invert a pointwise band (Brookmeyer and Crowley 1982): the first time its lower edge is <=
    0.5, and the first time its upper edge is. Bands, with z the normal quantile and se the Greenwood error of
    log S:

    * log-log: S ** exp(+-z * se / log S);  log: S * exp(+-z * se), at most 1;  plain: S +- z * S * se, in [0,
      1]. All are undefined once S = 0, as in R, so a curve that ends in 0 does not by itself bound the
      median.
    * spss: symmetric, median +- z * SE, SE = S * se at the median / density, density = (S(u) - S(l)) / (l -
      u), with u the last event time with S >= 0.55 (time 0 and S = 1 if there is none) and l the first with S
      <= 0.45. None if there is no such l. For comparison with published figures only: at n = 23 it covers 84
      to 86 %, not 95 %. The low limit is not cut at 0.

    Units: those of `durations`; convert to months afterwards. `None` where a limit or the median is not
    reached, and for an empty input. Raises ValueError for unusable durations, observed, interval or level.
    """
    if interval not in get_args(Interval):
        raise refusal("interval is not known", f"choose one of {', '.join(get_args(Interval))}")
    curve = kaplan_meier(durations, observed, level)
    z = normal_quantile(level)
    median = _first_at_or_below(curve.times, curve.survival, 0.5)
    if interval == "spss":
        low, high = _symmetric_limits(curve, median, z)
    else:
        with np.errstate(invalid="ignore", divide="ignore"):
            log_std_error = curve.std_error / curve.survival
        lower_edge, upper_edge = _band(curve.survival, log_std_error, interval, z)
        low = _first_at_or_below(curve.times, lower_edge, 0.5)
        high = _first_at_or_below(curve.times, upper_edge, 0.5)
    return MedianSurvival(
        estimate=median,
        low=low,
        high=high,
        interval=interval,
        level=level,
        patients=int(curve.events.sum() + curve.censored.sum()),
        events=int(curve.events.sum()),
    )


def _band(survival: Floats, log_std_error: Floats, interval: Interval, z: float) -> tuple[Floats, Floats]:
    """Return the lower and upper edge of a pointwise band, NaN where it is undefined."""
    is_defined = (survival > 0) & (survival < 1) if interval == "log-log" else survival > 0
    inside = survival[is_defined]
    width = z * log_std_error[is_defined]
    if interval == "plain":
        edges = inside - inside * width, inside + inside * width
    elif interval == "log":
        edges = inside * np.exp(-width), inside * np.exp(width)
    else:
        # log S is negative, so the larger exponent belongs to the lower edge.
        spread = np.exp(-width / np.log(inside))
        edges = inside**spread, inside ** (1 / spread)
    low, high = np.full(survival.size, np.nan), np.full(survival.size, np.nan)
    low[is_defined], high[is_defined] = np.maximum(edges[0], 0.0), np.minimum(edges[1], 1.0)
    return low, high


def _first_at_or_below(times: Floats, values: Floats, threshold: float) -> float | None:
    # A product that should be 0.5 may come out a bit above it; NaN compares as false and is passed over.
    reached = np.flatnonzero(values < threshold + TIME_TOLERANCE)
    return float(times[reached[0]]) if reached.size else None


def _symmetric_limits(
    curve: KaplanMeier, median: float | None, z: float
) -> tuple[float | None, float | None]:
    is_event = curve.events > 0
    times, survival = curve.times[is_event], curve.survival[is_event]
    below = _first_at_or_below(times, survival, 0.45)
    if median is None or below is None:
        return None, None
    above = np.flatnonzero(survival > 0.55 - TIME_TOLERANCE)
    start, survival_at_start = (
        (float(times[above[-1]]), float(survival[above[-1]])) if above.size else (0.0, 1.0)
    )
    std_error = float(curve.std_error[np.searchsorted(curve.times, median)])
    # S = 0 at the median has no Greenwood error; a first event at time 0 leaves no width for a slope.
    if np.isnan(std_error) or below <= start:
        return None, None
    density = (survival_at_start - curve.survival_at(below)) / (below - start)
    return median - z * std_error / density, median + z * std_error / density
