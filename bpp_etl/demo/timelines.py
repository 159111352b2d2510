"""The life around the visits: when lines end and begin, who dies, when each patient was last seen.

The days are counted from the start of line 1, which itself is placed so that all ends before the delivery.
"""

from dataclasses import dataclass

import numpy as np

from bpp_etl.demo.archetypes import (
    BASELINE_CT,
    LATE_PROGRESSION,
    LEFT_OPEN,
    NO_SCAN,
    PROGRESSION_ON_LINE_2,
    TOO_OLD,
    Plans,
)
from bpp_etl.demo.arrays import NONE, Bools, Ints, between, between_each, chance
from bpp_etl.demo.visits import Visits


@dataclass(frozen=True)
class Timelines:
    """One entry per patient: days from the start of line 1, NONE where there is no such day."""

    start: Ints  # start of line 1, days since 1970
    line_end: Ints
    line_2_start: Ints
    line_2_visits: Ints
    death: Ints
    last_contact: Ints
    baseline: Ints
    last_visit: Ints  # of line 1, 0 if there is none
    progression: Ints  # the visit that shows it


def lay_timelines(plans: Plans, visits: Visits, delivery_day: int, rng: np.random.Generator) -> Timelines:
    """Sets line ends, line 2, deaths and last contacts, then places each patient in the calendar."""
    n = plans.size
    last = np.maximum(visits.day_of(plans.visits), 0)
    line_end, line_2 = _lines(plans, visits, last, rng)

    line_2_visits = np.where(line_2 > NONE, between(rng, 0, 2, n), 0)
    line_2_last = line_2 + line_2_visits * (plans.interval_days + 4)
    latest = np.maximum(np.maximum(last, line_end), np.maximum(line_2, line_2_last))

    share_dying = np.select(
        [
            plans.is_in("died"),
            plans.is_in("stable", "confirmed_then_censored"),
            plans.is_in(
                "awaiting_ct",
                "lost_to_follow_up",
                "therapy_changed",
                "no_baseline_ct",
                "progression_not_read",
            ),
        ],
        [1.0, 0.08, 0.0],
        0.3,
    )
    is_dead = np.asarray(rng.random(n) < share_dying)
    wait = np.where(plans.is_in("died"), between(rng, 0, 40, n), between(rng, 10, 400, n))
    death = np.where(is_dead, latest + wait, NONE)
    line_end = np.where(plans.is_in("died") & chance(rng, 0.5, n), death, line_end)

    last_contact = np.where(is_dead, death, latest + between(rng, 0, 30, n))
    unseen = _days_unseen(plans, is_dead, rng)
    return Timelines(
        start=delivery_day - unseen - last_contact,
        line_end=line_end,
        line_2_start=line_2,
        line_2_visits=line_2_visits,
        death=death,
        last_contact=last_contact,
        baseline=_baseline_days(plans, rng),
        last_visit=last,
        progression=visits.day_of(plans.progression),
    )


def _lines(plans: Plans, visits: Visits, last: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Gives the end of line 1 and the start of line 2."""
    n = plans.size
    progression = visits.day_of(plans.progression)
    is_last = plans.progression == plans.visits  # nothing follows the visit of progression

    # No progression: some stop for another reason. The day a line ends still counts as treatment.
    stops = plans.is_in("stable", "confirmed_then_censored", "no_on_treatment_ct", "no_baseline_ct")
    stops &= (plans.progression == 0) & chance(rng, 0.35, n)
    ends = np.where(stops, last + np.where(chance(rng, 0.1, n), 0, between(rng, 1, 35, n)), NONE)
    begins = np.where(stops & chance(rng, 0.6, n), ends + between(rng, 1, 28, n), NONE)

    # Progression: the line ends with it, now and then shortly before it.
    progresses = (plans.progression > 0) & ~plans.is_in("therapy_changed")
    early = progresses & is_last & (plans.progression != plans.candidate) & chance(rng, 0.2, n)
    early &= ~plans.is_in("progression_first")
    before = np.where(chance(rng, 0.2, n), 28, between(rng, 1, 28, n))
    ends = np.where(progresses, last + between(rng, 0, 21, n), ends)
    ends = np.where(early, progression - before, ends)
    next_line = progresses & chance(rng, 0.8, n)
    begins = np.where(next_line, np.maximum(ends, last) + between(rng, 1, 28, n), begins)
    # Progression on the day line 2 starts still counts; a candidate of that day would not.
    same_day = next_line & is_last & (plans.progression != plans.candidate) & chance(rng, 0.1, n)
    begins = np.where(same_day, progression, begins)
    ends = np.where(same_day & ~early, progression, ends)

    changes = plans.is_in("therapy_changed")
    kind = plans.therapy_change
    ends = np.where(changes, last + between(rng, 3, 25, n), ends)
    begins = np.where(changes, np.where(chance(rng, 0.85, n), ends + between(rng, 1, 28, n), NONE), begins)
    left_open = changes & (kind == LEFT_OPEN)
    begins = np.where(left_open, last + between(rng, 5, 30, n), begins)
    ends = np.where(left_open, NONE, ends)
    too_late = changes & (kind == LATE_PROGRESSION)
    ends = np.where(too_late, progression - between(rng, 29, 35, n), ends)
    begins = np.where(too_late, progression + between(rng, 1, 20, n), begins)
    on_line_2 = changes & (kind == PROGRESSION_ON_LINE_2)
    ends = np.where(on_line_2, progression - between(rng, 12, 28, n), ends)
    begins = np.where(on_line_2, progression - between(rng, 1, 10, n), begins)
    return ends, begins


def _days_unseen(plans: Plans, is_dead: Bools, rng: np.random.Generator) -> Ints:
    """Gives the days between last contact and delivery: what tells lost from awaiting."""
    n = plans.size
    limit = 2 * plans.interval_days
    unseen = np.where(chance(rng, 0.7, n), between(rng, 0, 60, n), between(rng, 60, 1500, n))
    unseen = np.where(is_dead, between(rng, 0, 1500, n), unseen)
    at_limit = chance(rng, 0.3, n)
    awaiting = np.where(at_limit, limit, between_each(rng, np.zeros(n, dtype=np.int64), limit))
    lost = np.where(at_limit, limit + 1, limit + between(rng, 1, 900, n))
    unseen = np.where(plans.is_in("awaiting_ct"), awaiting, unseen)
    return np.where(plans.is_in("lost_to_follow_up"), lost, unseen)


def _baseline_days(plans: Plans, rng: np.random.Generator) -> Ints:
    """Gives the day of the scan before treatment; both ends of the 42-day window occur."""
    n = plans.size
    day = np.where(chance(rng, 0.9, n), -between(rng, 0, 28, n), -between(rng, 29, 42, n))
    day = np.where(chance(rng, 0.03, n) & (plans.baseline == BASELINE_CT), -42, day)
    day = np.where(plans.baseline == TOO_OLD, -43 - between(rng, 0, 3, n) * 15, day)
    return np.where(plans.baseline == NO_SCAN, NONE, day)
