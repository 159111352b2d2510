"""Who a synthetic patient is to become: the archetypes, their shares, and the visits each one needs.

No day, scan or row is made here: see visits.py, timelines.py and the tables.
"""

from dataclasses import dataclass

import numpy as np

from bpp_etl.demo.arrays import Bools, Ints, between, chance, pick


@dataclass(frozen=True)
class Archetype:
    """One course of disease, with the state and reason protocol xu2025 must give it (None = no row)."""

    name: str
    weight: float
    state: str | None = None
    reason: str | None = None


ARCHETYPES: tuple[Archetype, ...] = (
    Archetype("no_first_line", 0.02),
    Archetype("no_on_treatment_ct", 0.04),
    Archetype("stable", 0.45),
    Archetype("progression_first", 0.25),
    Archetype("confirmed_then_progression", 0.085, "pseudoprogression", "confirmed"),
    Archetype("confirmed_then_censored", 0.035, "pseudoprogression", "confirmed"),
    Archetype("progression_at_detection", 0.02, "true_progression", "pd_at_detection"),
    Archetype("progression_before_confirmation", 0.025, "true_progression", "pd_before_confirmation"),
    Archetype("progression_not_read", 0.01, "indeterminate", "progression_not_read"),
    Archetype("no_baseline_ct", 0.015, "indeterminate", "no_baseline_ct"),
    Archetype("died", 0.01, "indeterminate", "death"),
    Archetype("therapy_changed", 0.015, "indeterminate", "therapy_changed"),
    Archetype("lost_to_follow_up", 0.01, "indeterminate", "lost_to_follow_up"),
    Archetype("awaiting_ct", 0.015, "indeterminate", "awaiting_ct"),
)
INDEX = {archetype.name: position for position, archetype in enumerate(ARCHETYPES)}

# How progression shows itself at its visit.
EXTRAOSSEOUS, LYSIS, NEW_LYTIC, NEW_MIXED, COMPANION_MRI = range(5)
# How a therapy changed: line 1 ended; line 2 began and line 1 was left open; progression too long
# after the end of line 1; progression after the start of line 2.
ENDED, LEFT_OPEN, LATE_PROGRESSION, PROGRESSION_ON_LINE_2 = range(4)
# What stands in for a baseline CT: the CT itself, or one of the ways to lack it.
BASELINE_CT, NO_SCAN, TOO_OLD, BASELINE_MRI, BASELINE_NO_WINDOW, BASELINE_NOT_EVALUABLE = range(6)


@dataclass(frozen=True)
class Plans:
    """One entry per patient; visits count from 1 (the first after the start of line 1), 0 = none."""

    archetype: Ints
    her2_positive: Bools
    cycle_days: Ints
    is_cycle_delivered: Bools
    visits: Ints
    candidate: Ints
    first_confirming: Ints
    second_confirming: Ints
    progression: Ints
    progression_kind: Ints
    therapy_change: Ints
    baseline: Ints

    @property
    def size(self) -> int:
        """The number of patients."""
        return int(self.archetype.size)

    @property
    def interval_days(self) -> Ints:
        """Two cycles, the expected days between two CTs."""
        return 2 * self.cycle_days

    def is_in(self, *names: str) -> Bools:
        """Marks the patients of the named archetypes."""
        return np.isin(self.archetype, [INDEX[name] for name in names])


def allot(patients: int, rng: np.random.Generator) -> Ints:
    """Deals out the archetypes by largest remainder, at least one of each once there are 60 patients."""
    exact = np.array([archetype.weight for archetype in ARCHETYPES]) * patients
    counts = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - counts), kind="stable")
    counts[order[: patients - int(counts.sum())]] += 1
    if patients >= 60:
        short = counts == 0
        counts[INDEX["stable"]] -= int(short.sum())
        counts[short] = 1
    return np.asarray(rng.permutation(np.repeat(np.arange(len(ARCHETYPES)), counts)), dtype=np.int64)


def plan(patients: int, rng: np.random.Generator) -> Plans:
    """Decides every patient's archetype and at which visits its story happens."""
    n = patients
    archetype = allot(n, rng)

    def of(name: str) -> Bools:
        return np.asarray(archetype == INDEX[name])

    her2_positive = chance(rng, 0.2, n)
    cycle_days = np.where(her2_positive | chance(rng, 0.45, n), 21, 28).astype(np.int64)
    # An empty cycle length is read as 21 days, so only a 21-day schedule may leave it empty.
    is_cycle_delivered = (cycle_days == 28) | ~chance(rng, 0.08, n)

    has_candidate = np.isin(archetype, [i for i, a in enumerate(ARCHETYPES) if a.state is not None])
    candidate = np.where(has_candidate, 1 + pick(rng, (0.66, 0.16, 0.08, 0.05, 0.03, 0.02), n), 0)
    first = candidate + 1 + chance(rng, 0.1, n)  # now and then a scan in between does not count
    second = first + 1 + chance(rng, 0.1, n)

    confirmed = of("confirmed_then_progression") | of("confirmed_then_censored") | of("no_baseline_ct")
    confirmed |= of("progression_not_read")  # the CTs come, only what they say is not written down
    has_one = has_candidate & ~confirmed & ~of("progression_at_detection") & chance(rng, 0.4, n)
    last_clean = np.where(has_one, first, candidate)
    change = pick(rng, (0.55, 0.15, 0.15, 0.15), n)
    late = of("therapy_changed") & (change >= LATE_PROGRESSION)

    # Weibull, shape 2, median 428 days; the last factor is what late and missed visits add.
    wait = np.rint(514 * rng.weibull(2, n) / (2 * cycle_days * 1.04)).astype(np.int64)
    progression = np.zeros(n, dtype=np.int64)
    for name, visit in (
        ("progression_first", np.clip(rng.geometric(0.25, n), 1, 14)),
        ("confirmed_then_progression", np.maximum(second + 1, candidate + wait)),
        ("progression_at_detection", candidate),
        ("progression_before_confirmation", last_clean + 1),
        ("no_baseline_ct", np.where(chance(rng, 0.5, n), second + 1 + between(rng, 0, 4, n), 0)),
    ):
        progression = np.where(of(name), visit, progression)
    progression = np.where(late, last_clean + 1, progression)

    visits = last_clean.copy()  # died, lost, awaiting, therapy changed
    for name, count in (
        ("no_first_line", np.zeros(n, dtype=np.int64)),
        ("no_on_treatment_ct", np.where(chance(rng, 0.6, n), 0, between(rng, 1, 2, n))),
        ("stable", between(rng, 1, 8, n)),
        ("confirmed_then_censored", second + between(rng, 0, 7, n)),
        ("no_baseline_ct", second + between(rng, 0, 3, n)),
        ("progression_not_read", second + between(rng, 0, 2, n)),
    ):
        visits = np.where(of(name), count, visits)
    beyond = chance(rng, 0.18, n) & (
        of("progression_first") | of("confirmed_then_progression") | of("progression_at_detection")
    )
    visits = np.where(progression > 0, progression + beyond, visits)

    lacks = of("no_baseline_ct") | of("no_first_line")
    lacks |= of("progression_at_detection") & chance(rng, 0.2, n)
    lacks |= (of("stable") | of("progression_first") | of("no_on_treatment_ct")) & chance(rng, 0.05, n)
    lack = NO_SCAN + pick(rng, (0.4, 0.25, 0.15, 0.1, 0.1), n)

    return Plans(
        archetype=archetype,
        her2_positive=her2_positive,
        cycle_days=cycle_days,
        is_cycle_delivered=is_cycle_delivered,
        visits=visits.astype(np.int64),
        candidate=candidate,
        first_confirming=np.where(confirmed | has_one, first, 0),
        second_confirming=np.where(confirmed, second, 0),
        progression=progression.astype(np.int64),
        progression_kind=pick(rng, (0.35, 0.3, 0.17, 0.1, 0.08), n),
        therapy_change=change,
        baseline=np.where(lacks, np.where(of("no_first_line"), NO_SCAN, lack), BASELINE_CT),
    )
