"""The steps of a survival curve that may be shown: patients taken together until none of them stands alone.

Not here: exact steps (`bpp_etl/measure/steps.py`), and whose curves there are (`bpp_etl/measure/times.py`).

In the order of time, events are taken together `threshold` at a time, and censorings apart from them; the
curve is the Kaplan-Meier curve of these groups. All that it tells follows from the groups, so that neither a
number at risk nor a survival gives a smaller count away: an exact survival would tell how many were censored
since the step before. A group is dated to the week, so that the curve of everyone, less those of the strata,
gives none away either. The idea is that of OpenSAFELY's Kaplan-Meier action, which rounds cumulative counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpp_etl.disclosure.hiding import is_any_small
from bpp_etl.measure.steps import CurveStep, steps_of
from bpp_etl.measure.tally import Cell, Tally, is_small
from bpp_etl.measure.times import Curve
from bpp_etl.metrics import KaplanMeier, kaplan_meier
from bpp_etl.metrics.inputs import Floats, Integers

WEEK = 7
"""Days are rounded to weeks under disclosure control."""


@dataclass(frozen=True)
class Groups:
    """Patients taken together: the day that each group is dated to, and its size."""

    days: Floats
    sizes: Integers


def told_steps(found: Curve, tally: Tally, hidden: set[Cell], threshold: int) -> list[CurveStep] | None:
    """Return the steps that may be shown; None where they would tell a number that is hidden, or tell none.

    Few events, or few censorings, the steps keep to themselves.
    """
    patients, events = tally.counts[found.patients], tally.counts[found.events]
    is_few = is_any_small((events, patients - events), threshold)
    if found.patients in hidden or (found.events in hidden and not is_few):
        return None
    steps = curve_steps(found.curve, threshold, are_totals_shown=found.events not in hidden)
    return None if patients and not steps else steps


def curve_steps(curve: KaplanMeier, threshold: int, *, are_totals_shown: bool) -> list[CurveStep]:
    """Return one step for each week of a curve that ends a group; the threshold is 2 or more.

    Events are dated by the last of their group, so that the curve does not fall too soon; censorings by the
    middle one, so that on average as many are at risk as there were. What is left over joins the last group,
    or, where the totals are hidden because one is small, is not told: then at least `threshold` are left.
    """
    events, censored = curve.events, curve.censored
    if are_totals_shown:
        if any(is_small(int(counts.sum()), threshold) for counts in (events, censored)):
            return []
        happened = groups_of(curve.times, events, threshold)
        left = groups_of(curve.times, censored, threshold, is_middle=True)
        # Else nobody would be left, and the curve would fall to a 0 that it never reached.
        if curve.survival[-1:].sum() > 0 and left.days.max(initial=0) < happened.days.max(initial=0):
            left.days[-1] = _week_of(curve.times[censored > 0][-1])
        return steps_of(_curve_of(happened, left))
    happened, left = (
        groups_of(curve.times, counts, threshold, is_whole=False) for counts in (events, censored)
    )
    rest = int(events.sum() + censored.sum() - happened.sizes.sum() - left.sizes.sum())
    while rest < threshold and happened.sizes.size + left.sizes.size:
        # Only one of the two has groups, the other being small.
        longer = happened if happened.sizes.size else left
        rest += int(longer.sizes[-1])
        shorter = Groups(longer.days[:-1], longer.sizes[:-1])
        happened, left = (shorter, left) if longer is happened else (happened, shorter)
    return steps_of(_curve_of(happened, left, rest))[:-1]


def groups_of(
    times: Floats, counts: Integers, threshold: int, *, is_middle: bool = False, is_whole: bool = True
) -> Groups:
    """Take those who left at some times together, `threshold` at a time or a few more, in their order.

    A group is dated by its last, or by its middle one. The last few join the last group, unless it is not
    `is_whole`: then they are in none.
    """
    total = int(counts.sum())
    ends = threshold * np.arange(1, total // threshold + 1)
    if is_whole and ends.size:
        ends[-1] = total
    sizes = np.diff(ends, prepend=0)
    members = ends - sizes // 2 if is_middle else ends
    days = times[np.searchsorted(np.cumsum(counts), members)] if ends.size else np.empty(0)
    return Groups(_week_of(days), sizes)


def _week_of(days: Floats) -> Floats:
    weeks: Floats = np.ceil(days / WEEK) * WEEK
    return weeks


def _curve_of(happened: Groups, left: Groups, rest: int = 0) -> KaplanMeier:
    """Estimate the curve of groups; the `rest` leaves after all of them."""
    end = max(happened.days.max(initial=0), left.days.max(initial=0)) + WEEK
    days = [np.repeat(groups.days, groups.sizes) for groups in (happened, left)]
    is_event = np.arange(days[0].size + days[1].size + rest) < days[0].size
    return kaplan_meier(np.concatenate([*days, np.full(rest, end)]), is_event)
