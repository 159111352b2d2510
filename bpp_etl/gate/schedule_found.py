"""What CT schedule a registry's intervals look made by, for the message of a gate that is shut over them.

Not here: judging an interval (`bpp_etl/timeline`), and reading what is stated (`landing/registry_config.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from schemas.cadence import LEAST_INTERVAL_DAYS, MOST_INTERVAL_DAYS, TOLERANCE_DAYS, StatedCadence

Counts = Mapping[int, int]
"""Days of an interval -> how many intervals are so long."""

LEAST_SHARE = 0.1
"""A place on the line that fewer than this share of the patients reach tells nothing of the schedule."""

WORTH = 0.05
"""A change of interval is part of the schedule if without it this share more of the intervals is off."""


def median_of(counts: Counts) -> int:
    """Return the lower median of some intervals, in days."""
    below, half = 0, sum(counts.values()) / 2
    for days, count in sorted(counts.items()):
        below += count
        if below >= half:
            return days
    raise ValueError("no interval has no median")


def schedule_found(places: Sequence[Counts]) -> StatedCadence:
    """Return the schedule that states the intervals found at each place of the lines, the first one first.

    Places in a row whose medians are alike are one stretch of the schedule, in whole weeks where it is near
    them; what few patients reach, or few intervals ask for, is left out.
    """
    reached = [place for place in places if sum(place.values()) >= LEAST_SHARE * sum(places[0].values())]
    stretches: list[list[Counts]] = []
    for place in reached:
        if stretches and abs(median_of(place) - median_of(_all(stretches[-1]))) <= TOLERANCE_DAYS:
            stretches[-1].append(place)
        else:
            stretches.append([place])
    while len(stretches) > 1:
        joined = [
            [*stretches[:at], [*stretches[at], *stretches[at + 1]], *stretches[at + 2 :]]
            for at in range(len(stretches) - 1)
        ]
        simpler = min(joined, key=lambda one: share_off(places, _stated(one)))
        if share_off(places, _stated(simpler)) - share_off(places, _stated(stretches)) > WORTH:
            break
        stretches = simpler
    return _stated(stretches)


def share_off(places: Sequence[Counts], stated: StatedCadence) -> float:
    """Return the share of the intervals that are off a schedule."""
    planned = stated.interval_days
    off = sum(
        count
        for at, place in enumerate(places)
        for days, count in place.items()
        if abs(days - planned[min(at, len(planned) - 1)]) > TOLERANCE_DAYS
    )
    return off / sum(sum(place.values()) for place in places)


def _stated(stretches: Sequence[Sequence[Counts]]) -> StatedCadence:
    """Write stretches as a schedule, whose last interval repeats."""
    days = [_typical(_all(stretch)) for stretch in stretches]
    before = [one for one, stretch in zip(days[:-1], stretches[:-1], strict=True) for _ in stretch]
    return StatedCadence((*before, days[-1]))


def _all(places: Iterable[Counts]) -> Counts:
    counted: dict[int, int] = {}
    for place in places:
        for days, count in place.items():
            counted[days] = counted.get(days, 0) + count
    return counted


def _typical(counts: Counts) -> int:
    """Return the median, within what may be stated.

    What most intervals are to the day is kept. Where they scatter, a day beside whole weeks means the weeks.
    """
    days = median_of(counts)
    weeks = 7 * round(days / 7)
    is_exact = 2 * counts[days] > sum(counts.values())
    near = weeks if abs(days - weeks) <= 1 and not is_exact else days
    return min(max(near, LEAST_INTERVAL_DAYS), MOST_INTERVAL_DAYS)
