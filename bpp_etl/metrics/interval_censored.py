"""The survival of a time known only to lie between two visits: Turnbull's estimate.

Not here: the numerical maximisation (npmle.py), and dating an event by a visit.

Not lifelines' fit_interval_censoring, which takes intervals as closed at both ends: the median of the breast
cosmesis data, radiotherapy alone, is 44 there, where R and expectation-maximisation have it in (38, 40].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import overload

import numpy as np

from bpp_etl.metrics.inputs import (
    TIME_TOLERANCE,
    Flags,
    Floats,
    Integers,
    Values,
    count_of,
    distinct_times,
    numbers,
    refusal,
    require_same_length,
    step_value,
    unmasked,
)
from bpp_etl.metrics.npmle import fit_masses


@dataclass(frozen=True, eq=False)
class Turnbull:
    """An interval-censored survival curve.

    `intervals` holds one row (L, R] per interval that carries mass, in order; L = R is an exact time, R
    infinite means that the mass lies beyond the last visits. `mass` adds up to 1. Where in its interval a
    mass lies is not identified: `jump_times` puts it at the middle, and `median` and `survival_at` follow
    that. `median_interval` is the interval that holds the median. `gap` is by how much the optimality
    conditions are missed, as a share; 0 is the maximum.
    """

    intervals: Floats
    mass: Floats
    median: float | None
    median_interval: tuple[float, float] | None
    patients: int
    gap: float
    jump_times: Floats = field(repr=False)

    @overload
    def survival_at(self, times: float) -> float: ...
    @overload
    def survival_at(self, times: Sequence[float] | Floats) -> Floats: ...
    def survival_at(self, times: float | Sequence[float] | Floats) -> float | Floats:
        """Return S(t), right-continuous, with each jump at the middle of its interval.

        Strictly inside an interval with mass that is a convention; elsewhere it is the estimate. Beyond the
        left end of an infinite interval S is only known to lie between 0 and the value given. NaN if there
        are no patients.
        """
        at = np.asarray(unmasked(times), dtype=np.float64)
        remaining = np.clip(1 - np.cumsum(self.mass), 0.0, 1.0)
        remaining[-1:] = 0.0
        is_jump = np.isfinite(self.jump_times)
        survival = step_value(
            self.jump_times[is_jump], remaining[is_jump], at, before=1.0 if self.patients else np.nan
        )
        return float(survival) if at.ndim == 0 else survival


def turnbull(lower: Values, upper: Values) -> Turnbull:
    """Estimate survival from intervals (lower, upper] that hold each patient's time.

    lower = upper is an exact time; an infinite or missing upper is right-censored (after lower); a missing or
    -infinite lower is left-censored (at or before upper, time 0 included), whereas lower = 0 excludes an
    event at 0. At one value, an exact time comes first, then the closed right ends, then the open left ends:
    intervals (a, b] and (b, c] do not overlap, and a patient censored at an exact time of another is at risk
    there.

    The masses maximise the likelihood over Turnbull's innermost intervals; the Gentleman-Geyer conditions are
    checked (`gap`). Where the maximum is not unique, one of the maximising sets is returned.

    `median` is the middle of the interval in which S falls to 0.5 or below, as R's survfit reports it for
    Surv(type = "interval2") (there, a left-censored time before all else jumps at its end instead). None if
    that interval is infinite. Units: those of the bounds. Raises ValueError for lower > upper, negative
    bounds, a lower of +infinity, and rows with neither bound. Source: Turnbull 1976; Gentleman and Geyer
    1994.
    """
    left = numbers(lower, "lower", missing=-np.inf)
    right = numbers(upper, "upper", missing=np.inf)
    require_same_length(lower=left, upper=right)
    _check_bounds(left, right)
    if left.size == 0:
        return Turnbull(np.empty((0, 2)), np.empty(0), None, None, 0, 0.0, np.empty(0))
    values, left_code, right_code = _order_bounds(left, right)
    inner_left, inner_right = _innermost(left_code, right_code)
    first = np.searchsorted(inner_left, left_code, side="left")
    last = np.searchsorted(inner_right, right_code, side="right") - 1
    mass, gap = fit_masses(first, last, inner_left.size)
    has_mass = mass > 0
    with_ends = np.concatenate([[-np.inf], values, [np.inf]])
    intervals = np.column_stack(
        [with_ends[inner_left[has_mass] // 3 + 1], with_ends[inner_right[has_mass] // 3 + 1]]
    )
    jump_times = (np.maximum(intervals[:, 0], 0.0) + intervals[:, 1]) / 2
    mass = mass[has_mass]
    place = int(np.flatnonzero(1 - np.cumsum(mass) < 0.5 + TIME_TOLERANCE)[0])
    bounds = (float(intervals[place, 0]), float(intervals[place, 1]))
    return Turnbull(
        intervals=intervals,
        mass=mass,
        median=float(jump_times[place]) if np.isfinite(jump_times[place]) else None,
        median_interval=bounds,
        patients=left.size,
        gap=gap,
        jump_times=jump_times,
    )


def _check_bounds(left: Floats, right: Floats) -> None:
    unknown = int((np.isneginf(left) & np.isposinf(right)).sum())
    if unknown:
        raise refusal(
            f"lower and upper are both missing in {count_of(unknown, 'row')}",
            "give one bound or drop these rows",
        )
    negative = int((((left < 0) & np.isfinite(left)) | (right < 0)).sum())
    if negative:
        raise refusal(
            f"lower or upper is negative in {count_of(negative, 'row')}",
            "a time to event is 0 or more; check which date each row starts from",
        )
    endless = int(np.isposinf(left).sum())
    if endless:
        raise refusal(
            f"lower is infinite in {count_of(endless, 'row')}", "pass the last visit without the event"
        )
    crossed = int((left > right).sum())
    if crossed:
        raise refusal(
            f"lower is above upper in {count_of(crossed, 'row')}", "lower is the last visit without the event"
        )


def _order_bounds(left: Floats, right: Floats) -> tuple[Floats, Integers, Integers]:
    """Code every bound by its place: 3i is just before value i, 3i + 1 at it, 3i + 2 just after it."""
    both = np.concatenate([left, right])
    is_finite = np.isfinite(both)
    values, position = distinct_times(both[is_finite])
    place = np.full(both.size, -1, dtype=np.int64)
    place[is_finite] = position
    left_place, right_place = place[: left.size], place[left.size :]
    is_exact: Flags = (left_place == right_place) & np.isfinite(left)
    left_code = np.where(np.isneginf(left), -1, np.where(is_exact, 3 * left_place, 3 * left_place + 2))
    right_code = np.where(np.isposinf(right), 3 * values.size + 1, 3 * right_place + 1)
    return values, left_code, right_code


def _innermost(left_code: Integers, right_code: Integers) -> tuple[Integers, Integers]:
    """Return the intervals from a left bound to a right bound that have no other bound between."""
    codes = np.unique(np.concatenate([left_code, right_code]))
    is_right = codes % 3 == 1
    starts = np.flatnonzero(~is_right[:-1] & is_right[1:])
    return codes[starts], codes[starts + 1]
