"""The rows of `patients` and `therapy_lines`.

When lines end and patients die is decided in timelines.py.
"""

import re
from datetime import date

import numpy as np
import polars as pl

from bpp_etl.demo.archetypes import LATE_PROGRESSION, LEFT_OPEN, PROGRESSION_ON_LINE_2, Plans
from bpp_etl.demo.arrays import NONE, Bools, Ints, between, chance, days, labels, pick
from bpp_etl.demo.profiles import Profile
from bpp_etl.demo.timelines import Timelines

EPOCH = date(1970, 1, 1).toordinal()
COMMON_BIRTH_DATE = date(1965, 1, 1)  # filled in where nobody knew it


def patient_rows(
    profile: Profile, patient_ids: pl.Series, plans: Plans, timelines: Timelines, rng: np.random.Generator
) -> pl.DataFrame:
    """Makes one row per patient."""
    n = plans.size
    diagnosis = timelines.start - between(rng, 95, 160, n)
    age_days = np.rint(np.clip(rng.normal(57, 11, n), 27, 88) * 365.25).astype(np.int64)
    birth = np.where(chance(rng, 0.02, n), NONE, diagnosis - age_days)
    is_filled_in = np.arange(n) < profile.default_birth_share * n
    birth = np.where(is_filled_in, COMMON_BIRTH_DATE.toordinal() - EPOCH, birth)
    er = pick(rng, (0.74, 0.23, 0.03), n)
    pr = np.where(er == 0, pick(rng, (0.8, 0.17, 0.03), n), pick(rng, (0.05, 0.92, 0.03), n))
    status = ("positive", "negative", "unknown")
    return pl.DataFrame(
        {
            "patient_id": patient_ids,
            "sex": labels(pick(rng, (0.988, 0.01, 0.002), n), ("female", "male", "unknown")),
            "birth_date": days(birth),
            "metastatic_diagnosis_date": days(np.where(chance(rng, 0.02, n), NONE, diagnosis)),
            "er_status": labels(er, status),
            "pr_status": labels(pr, status),
            "last_contact_date": days(timelines.start + timelines.last_contact),
            "death_date": days(timelines.start + timelines.death),
        }
    )


def therapy_rows(
    profile: Profile,
    patient_ids: pl.Series,
    plans: Plans,
    timelines: Timelines,
    rng: np.random.Generator,
) -> pl.DataFrame:
    """Makes one row per line of treatment: line 1, and line 2 where it began."""
    first = np.flatnonzero(~plans.is_in("no_first_line"))
    second = np.flatnonzero(timelines.line_2_start > NONE)
    patient = np.concatenate((first, second))
    number = np.repeat(np.array([1, 2]), [first.size, second.size])
    n = patient.size

    start = timelines.start[patient] + np.where(number == 1, 0, timelines.line_2_start[patient])
    end = np.where(number == 1, timelines.line_end[patient], NONE)
    cycle_2 = np.where(chance(rng, 0.6, n), 21, 28)
    cycle = np.where(number == 1, plans.cycle_days[patient], cycle_2)
    delivered = np.where(number == 1, plans.is_cycle_delivered[patient], True)
    return pl.DataFrame(
        {
            "patient_id": patient_ids.gather(patient),
            "line_number": pl.Series(number).cast(pl.Int32),
            "regimen": _regimens(profile, patient, number, plans.her2_positive[patient], cycle, rng),
            "start_date": days(start),
            "end_date": days(np.where(end > NONE, timelines.start[patient] + end, NONE)),
            "end_reason": labels(np.where(end > NONE, _end_reasons(plans, timelines)[patient], 0), REASONS),
            "cycle_length_days": pl.Series(cycle).cast(pl.Int32).set(pl.Series(~delivered), None),
        }
    ).sort("patient_id", "line_number")


SHOWN_WITHIN = 56  # days; a line that goes on for longer after its progression ends for another reason
REASONS = (None, "progression", "toxicity", "death", "patient_choice")


def _end_reasons(plans: Plans, timelines: Timelines) -> Ints:
    """Gives the reason (position in REASONS) for which line 1 ended, where it ended."""
    seen = (LATE_PROGRESSION, PROGRESSION_ON_LINE_2)
    off_line = plans.is_in("therapy_changed") & np.isin(plans.therapy_change, (*seen, LEFT_OPEN))
    is_shown = (plans.progression > 0) & (np.abs(timelines.line_end - timelines.progression) <= SHOWN_WITHIN)
    return np.select(
        [timelines.line_end == timelines.death, is_shown & ~off_line],
        [3, 1],
        np.where(timelines.line_end % 3 == 0, 4, 2),
    ).astype(np.int64)


def _regimens(
    profile: Profile, patient: Ints, number: Ints, her2_positive: Bools, cycle: Ints, rng: np.random.Generator
) -> pl.Series:
    """Names a regimen that fits HER2 and the cycle length; line 2 brings an agent that line 1 has not."""
    draw = rng.random(cycle.size)
    groups = (profile.regimens_28, profile.regimens_21, profile.regimens_her2)
    names = tuple(name for group in groups for name in group)
    agents = [frozenset(re.split(r"\s*[,+]\s*", name)) for name in names]
    brings_none = np.array([[second <= first for second in agents] for first in agents])
    first_of = np.zeros(int(patient.max(initial=0)) + 1, dtype=np.int64)
    codes = np.zeros(cycle.size, dtype=np.int64)
    offset = 0
    for group, fits in zip(groups, (cycle == 28, cycle == 21, her2_positive & (cycle == 21)), strict=True):
        codes = np.where(fits, offset + np.floor(draw * len(group)), codes).astype(np.int64)
        offset += len(group)
    first_of[patient[number == 1]] = codes[number == 1]
    for _ in names:
        is_maintenance = (number == 2) & brings_none[first_of[patient], codes]
        codes = np.where(is_maintenance, (codes + 1) % len(names), codes)
    return labels(codes, names)
