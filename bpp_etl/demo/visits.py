"""The imaging visits of line 1: on which day after its start each one falls, and what kind of visit it is.

The rows of the scans are made in imaging.py; when lines end and patients die, in timelines.py.
"""

from dataclasses import dataclass

import numpy as np

from bpp_etl.demo.archetypes import COMPANION_MRI, Plans
from bpp_etl.demo.arrays import NONE, Bools, Ints, between, chance, pick

# CT: eligible. TOO_SOON: eligible, but under 28 days after the one before. The others cannot confirm.
CT, NOT_EVALUABLE, NOT_ASSESSED, NO_BONE_WINDOW, MRI, BONE_SCAN, TOO_SOON = range(7)
SHORTEST_GAP = 36  # below this no extra scan or sample is put between two visits


@dataclass(frozen=True)
class Visits:
    """One entry per visit of line 1, ordered by patient and day."""

    patient: Ints
    number: Ints
    day: Ints
    gap: Ints
    kind: Ints
    starts: Ints  # per patient, where its visits begin

    def day_of(self, number: Ints) -> Ints:
        """Gives, per patient, the day of its visit of that number; NONE for visit 0."""
        if not self.day.size:
            return np.full(number.size, NONE, dtype=np.int64)
        position = np.clip(self.starts + number - 1, 0, self.day.size - 1)
        return np.where(number > 0, self.day[position], NONE)


def lay_visits(plans: Plans, rng: np.random.Generator) -> Visits:
    """Lays out the visits of line 1, two cycles apart, now and then late or missed."""
    patient = np.repeat(np.arange(plans.size), plans.visits)
    starts = np.cumsum(plans.visits) - plans.visits
    number = np.arange(patient.size) - starts[patient] + 1
    kind = _kinds(plans, patient, number, rng)

    n = patient.size
    expected = plans.interval_days[patient]
    gap = expected + between(rng, -3, 4, n)
    gap = np.where(chance(rng, 0.08, n), expected + between(rng, 8, 18, n), gap)
    gap = np.where(chance(rng, 0.015, n), 2 * expected + between(rng, -3, 4, n), gap)
    gap = np.where(kind == TOO_SOON, between(rng, 15, 27, n), gap)
    # The earliest CT that may confirm comes on day 28.
    confirms_next = (number == plans.first_confirming[patient]) & (number == plans.candidate[patient] + 1)
    is_boundary = confirms_next & (plans.second_confirming[patient] > 0) & chance(rng, 0.05, n)
    gap = np.where(is_boundary, 28, gap)

    total = np.concatenate(([0], np.cumsum(gap)))
    day = total[1:] - total[starts[patient]]
    return Visits(patient, number, day, gap, kind, starts)


def _kinds(plans: Plans, patient: Ints, number: Ints, rng: np.random.Generator) -> Ints:
    """Chooses what each visit is: the visits of the story are fixed, the others vary."""
    n = patient.size
    candidate, progression = plans.candidate[patient], plans.progression[patient]
    first, second = plans.first_confirming[patient], plans.second_confirming[patient]
    is_story = (number == candidate) | (number == first) | (number == second)
    is_story |= (number == progression) | (number == plans.visits[patient])

    is_skipped: Bools = (number > candidate) & (number < first) | (number > first) & (number < second)
    odd = 1 + pick(rng, (0.25, 0.2, 0.2, 0.2, 0.15), n)
    kind = np.where(~is_story & chance(rng, 0.05, n), odd, CT)
    kind = np.where(is_skipped, 1 + pick(rng, (0.2, 0.15, 0.15, 0.15, 0.1, 0.25), n), kind)

    needs_ct = (progression == candidate) | (plans.progression_kind[patient] == COMPANION_MRI)
    seen_by = np.array([CT, NO_BONE_WINDOW, MRI])[pick(rng, (0.8, 0.08, 0.12), n)]
    kind = np.where((number == progression) & ~needs_ct, seen_by, kind)
    without_ct = plans.is_in("no_on_treatment_ct")[patient]
    return np.where(without_ct, np.where(chance(rng, 0.5, n), MRI, BONE_SCAN), kind).astype(np.int64)
