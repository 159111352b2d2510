"""The rows of `lab_results`: ALP at baseline, at each visit and in between, and other analytes.

The true values kept for truth.py are what the delivered text says, in U/L.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from bpp_etl.demo.archetypes import Plans
from bpp_etl.demo.arrays import Bools, Floats, Ints, between, chance, days, labels, pick
from bpp_etl.demo.profiles import Profile
from bpp_etl.demo.timelines import Timelines
from bpp_etl.demo.visits import SHORTEST_GAP, TOO_SOON, Visits

OTHER, AT_BASELINE, AT_EVENT, AT_PROGRESSION = range(4)
UPPER_LIMITS = (104.0, 120.0)  # U/L


@dataclass(frozen=True)
class LabResults:
    """The delivered rows, and each patient's ALP (U/L) at three times: NaN where none counts."""

    rows: pl.DataFrame
    alp: dict[int, Floats]


@dataclass(frozen=True)
class _Samples:
    patient: Ints
    day: Ints
    role: Ints
    level: Floats  # against the patient's own level before treatment


def lab_rows(
    profile: Profile,
    patient_ids: pl.Series,
    plans: Plans,
    visits: Visits,
    timelines: Timelines,
    rng: np.random.Generator,
) -> LabResults:
    """Makes one row per analyte and sample."""
    samples = _samples(plans, visits, rng)
    n = samples.day.size
    own = np.clip(np.exp(rng.normal(np.log(112), 0.32, plans.size)), 45, 420)
    activity = own[samples.patient] * samples.level * np.exp(rng.normal(0, 0.04, n))

    unit = pick(rng, [unit.weight for unit in profile.units], n)
    laboratory = (samples.patient + chance(rng, 0.05, n)) % len(profile.laboratories)
    limit = np.array(UPPER_LIMITS)[laboratory % 2]
    known = np.array([unit.factor or 0.0 for unit in profile.units])[unit]
    factor = np.where(known > 0, known, limit)
    decimals = np.array([unit.decimals for unit in profile.units])[unit]
    value = _rounded(activity / factor, decimals)
    value = _rounded(value + _apart(samples, value * factor) / 10.0**decimals, decimals)
    # Six decimals hold every product exactly, as written: no binary remainder.
    true_activity = np.round(value * factor, 6)
    written_limit = np.where(known > 0, _rounded(limit / factor, np.maximum(decimals, 2)), limit)
    has_limit = (known == 0) | chance(rng, 0.9, n)

    alp = {}
    for role in (AT_BASELINE, AT_EVENT, AT_PROGRESSION):
        alp[role] = np.full(plans.size, np.nan)
        has_role = samples.role == role
        alp[role][samples.patient[has_role]] = true_activity[has_role]

    analyte = np.where(chance(rng, 0.1, n), 1, 0)
    total = _frame(
        patient_ids,
        timelines,
        samples.patient,
        samples.day,
        labels(analyte, ("ALP_TOTAL", "6768-6")),
        pl.Series(value),
        labels(unit, [unit.label for unit in profile.units]),
        pl.Series(written_limit).set(pl.Series(~has_limit), None),
        labels(laboratory, profile.laboratories),
    )
    others = _other_analytes(profile, patient_ids, timelines, samples, activity, laboratory, rng)
    return LabResults(pl.concat([total, *others]), alp)


def _apart(samples: _Samples, activity: Floats) -> Ints:
    """Gives a unit of the last decimal to every second result that repeats: no series stands still."""
    order = np.lexsort((samples.day, samples.patient))
    patient, told = samples.patient[order], activity[order]
    repeats = np.zeros(order.size, dtype=np.bool_)
    repeats[1:] = (patient[1:] == patient[:-1]) & (told[1:] == told[:-1])
    nudged = np.zeros(order.size, dtype=np.int64)
    nudged[order] = repeats & (np.arange(order.size) % 2 == 1)
    return nudged


def _samples(plans: Plans, visits: Visits, rng: np.random.Generator) -> _Samples:
    """Lays out when blood is taken, such that it is known which sample counts for which time."""
    base_patient, base_day, base_role = _baseline_samples(plans, rng)
    base = _Samples(base_patient, base_day, base_role, np.ones(base_day.size))

    n = visits.day.size
    patient, number = visits.patient, visits.number
    is_last = number == plans.visits[patient]
    is_event = number == plans.candidate[patient]
    is_progression = number == plans.progression[patient]
    offset = between(rng, -3, 3, n)
    # Nothing is sampled after the last visit, nor, at progression, after line 2 has begun.
    offset = np.where(is_last | is_progression, -np.abs(offset), offset)
    role = np.where(is_progression, AT_PROGRESSION, np.where(is_event, AT_EVENT, OTHER))

    # The window of 14 days: its edge counts, the day after does not. The next visit is far enough.
    next_gap = np.append(visits.gap[1:], 0)
    is_free = is_event & ~is_last & ~is_progression & (next_gap >= SHORTEST_GAP)
    is_free &= visits.gap >= SHORTEST_GAP
    edge = is_free & chance(rng, 0.06, n)
    offset = np.where(edge, 14, offset)
    outside = is_free & ~edge & chance(rng, 0.04, n)
    offset = np.where(outside, 15, offset)
    role = np.where(outside, OTHER, role)
    # Two samples equally near: the earlier one counts.
    tied = is_free & ~edge & ~outside & chance(rng, 0.05, n)
    offset = np.where(tied, -2, offset)

    drawn = (visits.kind != TOO_SOON) & ~(chance(rng, 0.12, n) & ~tied)
    level = _levels(plans, patient, number, rng)
    at_visit = _Samples(patient[drawn], (visits.day + offset)[drawn], role[drawn], level[drawn])
    m = int(tied.sum())
    later = _Samples(patient[tied], visits.day[tied] + 2, np.full(m, OTHER), level[tied] * 1.2)

    between_visits = (number > 1) & (visits.gap >= SHORTEST_GAP) & chance(rng, 0.15, n)
    previous = visits.day - visits.gap + between(rng, 18, 20, n)
    k = int(between_visits.sum())
    middle = _Samples(
        patient[between_visits], previous[between_visits], np.full(k, OTHER), level[between_visits]
    )
    groups = (base, at_visit, later, middle)
    return _Samples(**{name: np.concatenate([vars(g)[name] for g in groups]) for name in vars(base)})


def _baseline_samples(plans: Plans, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """Lays out the samples before treatment: the nearest one in the 28 days before it counts."""
    n = plans.size
    kind = pick(rng, (0.9, 0.03, 0.04, 0.03), n)  # near, at the edge, outside the window, none
    kind = np.where(plans.is_in("no_first_line"), 3, kind)
    day = np.select([kind == 0, kind == 1], [-between(rng, 0, 10, n), -28], -between(rng, 29, 45, n))
    role = np.where(kind <= 1, AT_BASELINE, OTHER)
    farther = (kind == 0) & chance(rng, 0.15, n)
    keep = kind < 3
    everyone = np.arange(n)
    return (
        np.concatenate((everyone[keep], everyone[farther])),
        np.concatenate((day[keep], -between(rng, 14, 28, n)[farther])),
        np.concatenate((role[keep], np.full(int(farther.sum()), OTHER))),
    )


def _levels(plans: Plans, patient: Ints, number: Ints, rng: np.random.Generator) -> Floats:
    """Gives ALP against baseline: lower or stable under response, higher at progression."""
    n = patient.size
    response = np.where(chance(rng, 0.22, plans.size), 1.0, np.exp(rng.normal(-0.25, 0.1, plans.size)))
    rise = np.exp(rng.normal(0.27, 0.12, plans.size))
    progresses = plans.progression[patient] > 0
    level = np.where(progresses & (number >= plans.progression[patient]), rise[patient], response[patient])
    early_rise = plans.is_in("progression_at_detection", "progression_before_confirmation")[patient]
    return np.where(early_rise & (number >= plans.candidate[patient]), rise[patient], level) + rng.normal(
        0, 0.01, n
    )


def _other_analytes(
    profile: Profile,
    patient_ids: pl.Series,
    timelines: Timelines,
    samples: _Samples,
    activity: Floats,
    laboratory: Ints,
    rng: np.random.Generator,
) -> list[pl.DataFrame]:
    """Makes bone ALP in ug/L, which is never mixed with total ALP, and a tumour marker to be ignored."""
    frames = []
    for names, unit, share, scale in (
        (("ALP_BONE", "17838-4"), "ug/L", 0.05, 0.13),
        (("CA_15_3",), "kU/L", 0.04, 0.4),
    ):
        chosen: Bools = chance(rng, share, samples.day.size)
        m = int(chosen.sum())
        frames.append(
            _frame(
                patient_ids,
                timelines,
                samples.patient[chosen],
                samples.day[chosen],
                labels(pick(rng, [1.0] * len(names), m), names),
                pl.Series(np.round(activity[chosen] * scale * np.exp(rng.normal(0, 0.1, m)), 1)),
                pl.Series([unit], dtype=pl.String).gather(np.zeros(m, dtype=np.int64)),
                pl.Series(np.full(m, 22.0)),
                labels(laboratory[chosen], profile.laboratories),
            )
        )
    return frames


def _frame(
    patient_ids: pl.Series,
    timelines: Timelines,
    patient: Ints,
    day: Ints,
    analyte: pl.Series,
    value: pl.Series,
    unit: pl.Series,
    limit: pl.Series,
    laboratory: pl.Series,
) -> pl.DataFrame:
    """Puts the columns in the order in which they are delivered."""
    return pl.DataFrame(
        {
            "patient_id": patient_ids.gather(patient),
            "analyte": analyte,
            "specimen_date": days(timelines.start[patient] + day),
            "value": value,
            "unit": unit,
            "upper_limit_normal": limit,
            "laboratory": laboratory,
        }
    )


def _rounded(values: Floats, decimals: Ints) -> Floats:
    """Rounds each value to its own number of decimals."""
    rounded = values.copy()
    for places in np.unique(decimals):
        rounded = np.where(decimals == places, np.round(values, int(places)), rounded)
    return rounded
