"""How patients left a risk set with competing causes, as it may be told: in groups, and estimates of these.

Not here: curves of one cause (`curves.py`), and the exact estimate (`bpp_etl/measure/horizons.py`).

An exact incidence is a fraction from which a reader finds how many were at risk at each event, and so how
many were censored between two. What is told is the incidence of groups: of each cause, and of the censored,
`threshold` patients at a time. A group of events ends at a horizon where the number up to it is told, so that
the estimate counts as many events as its row does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from bpp_etl.disclosure.curves import WEEK, Groups, groups_of
from bpp_etl.measure.first_line_incidence import HIGHEST, LOWEST, METRIC
from bpp_etl.measure.horizons import CENSORED, COMPETING, OWN, Outcomes, at_horizon
from bpp_etl.measure.rows import Row, known
from bpp_etl.measure.steps import CAUSES, Left, left_of, place_of
from bpp_etl.measure.tally import Cell
from bpp_etl.metrics.inputs import Floats
from schemas.metric_codes import HORIZON_DAYS

LIMITS = ("estimate", "ci_low", "ci_high")


def told_outcomes(found: Outcomes, hidden: Collection[Cell], threshold: int) -> Outcomes | None:
    """Return the outcomes of groups, those in no group censored at the end; None where nothing may be told.

    At least `threshold` patients are in no group, so that of those without the event no total is told.
    """
    if found.patients in hidden:
        return None
    if found.days.size == 0:
        return found
    cuts: list[float] = [day for day in HORIZON_DAYS if found.by(day) not in hidden]
    if found.cohort.cell(found.events, found.stratum) not in hidden:
        cuts.append(np.inf)
    own, competing, censored = (found.days[found.causes == cause] for cause in (OWN, COMPETING, CENSORED))
    parts = {
        OWN: _own_groups(own, cuts, threshold),
        COMPETING: _last_left_out(competing, threshold),
        CENSORED: _last_left_out(censored, threshold, is_middle=True),
    }
    is_everyone = np.inf in cuts and own.size == found.days.size
    least = 0 if is_everyone else threshold
    rest = found.days.size - sum(int(groups.sizes.sum()) for groups in parts.values())
    for cause in (CENSORED, COMPETING):
        while rest < least and parts[cause].sizes.size:
            rest += int(parts[cause].sizes[-1])
            parts[cause] = Groups(parts[cause].days[:-1], parts[cause].sizes[:-1])
    if rest < least or not any(groups.sizes.size for groups in parts.values()):
        return None
    days = [np.repeat(groups.days, groups.sizes) for groups in parts.values()]
    causes = [np.full(part.size, cause) for cause, part in zip(parts, days, strict=True)]
    end = max(float(part.max(initial=0.0)) for part in days) + WEEK
    return replace(
        found,
        days=np.concatenate([*days, np.full(rest, max(end, HORIZON_DAYS[-1] + 1.0))]),
        causes=np.concatenate([*causes, np.full(rest, CENSORED)]),
    )


def told_left(found: Outcomes, told: Outcomes | None) -> Left:
    """Say which groups left when; those in no group leave on no day."""
    if told is None:
        return replace(left_of(found), patients=None, by_day={})
    whole = left_of(told)
    if not told.days.size:
        return whole
    last = int(told.days.max())
    return replace(
        whole,
        by_day={
            name: {day: number for day, number in days.items() if day < last or CAUSES[name] != CENSORED}
            for name, days in whole.by_day.items()
        },
    )


def grouped_incidences(rows: Iterable[Row], told: Mapping[Outcomes, Outcomes | None]) -> Iterator[Row]:
    """Give each incidence that may be told as that of the groups in `told`; without groups there is none."""
    of = {
        (one.cohort.protocol, at_horizon(one.metric, day), one.stratum): (groups, place)
        for one, groups in [*told.items(), *_imputed(told)]
        for place, day in enumerate(HORIZON_DAYS)
    }
    for row in rows:
        at = tuple(row.values.get(name) for name in ("protocol", "metric", "stratum"))
        if row.table != "estimate" or at not in of or row.values["estimate"] is None:
            yield row
            continue
        groups, place = of[at]
        if groups is None:
            yield replace(row, values={**row.values, **dict.fromkeys(LIMITS)})
            continue
        found = groups.incidence()
        numbers = (known(one[place]) for one in (found.estimate, found.low, found.high))
        values = {
            name: None if row.values[name] is None else number
            for name, number in zip(LIMITS, numbers, strict=True)
        }
        yield replace(row, values={**row.values, **values})


def _imputed(told: Mapping[Outcomes, Outcomes | None]) -> Iterator[tuple[Outcomes, Outcomes | None]]:
    """Yield the imputed incidence where nobody is undecided: it is what both bounds are."""
    highest = {place_of(one): one for one in told if one.metric == HIGHEST}
    for one, groups in told.items():
        if one.metric == LOWEST and np.array_equal(
            one.causes, highest[place_of(one)._replace(metric=HIGHEST)].causes
        ):
            yield replace(one, metric=METRIC), groups


def _own_groups(days: Floats, cuts: Sequence[float], threshold: int) -> Groups:
    """Group the events up to each cut, where some are; after the last cut the last few are in no group."""
    groups: list[Groups] = []
    start = -np.inf
    for cut in cuts:
        within = days[(days > start) & (days <= cut)]
        if within.size >= threshold:
            ended = _grouped(within, threshold)
            groups.append(Groups(np.minimum(ended.days, cut), ended.sizes))
            start = cut
        elif within.size == 0:
            start = cut
    groups.append(_last_left_out(days[days > start], threshold))
    return Groups(np.concatenate([one.days for one in groups]), np.concatenate([one.sizes for one in groups]))


def _last_left_out(days: Floats, threshold: int, *, is_middle: bool = False) -> Groups:
    return _grouped(days, threshold, is_middle=is_middle, is_whole=False)


def _grouped(days: Floats, threshold: int, *, is_middle: bool = False, is_whole: bool = True) -> Groups:
    times, counts = np.unique(days, return_counts=True)
    return groups_of(times, counts, threshold, is_middle=is_middle, is_whole=is_whole)
