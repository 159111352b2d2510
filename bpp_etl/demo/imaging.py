"""The rows of `imaging_assessments`: the scan of each visit, its companions, scans in between, line 2.

What the scans show in bone is made in lesions.py.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from bpp_etl.demo.archetypes import (
    BASELINE_MRI,
    BASELINE_NO_WINDOW,
    BASELINE_NOT_EVALUABLE,
    COMPANION_MRI,
    EXTRAOSSEOUS,
    NO_SCAN,
    Plans,
)
from bpp_etl.demo.arrays import Bools, Ints, between, chance, days, ids, labels, pick
from bpp_etl.demo.profiles import Profile
from bpp_etl.demo.timelines import Timelines
from bpp_etl.demo.visits import (
    BONE_SCAN,
    CT,
    MRI,
    NO_BONE_WINDOW,
    NOT_ASSESSED,
    NOT_EVALUABLE,
    SHORTEST_GAP,
    Visits,
)

MODALITIES = ("CT", "PET_CT", "MRI", "BONE_SCAN", "XRAY")
RESPONSES = (None, "CR", "PR", "SD", "NON_CR_NON_PD", "PD", "NE")
NON_CR_NON_PD, PD, NE = 4, 5, 6
# What a scan tells about bone: all known lesions, one known lesion and perhaps a flare, nothing.
READS_ALL, READS_ONE, READS_NONE = range(3)
MRI_MODALITY, BONE_SCAN_MODALITY, XRAY_MODALITY = 2, 3, 4


@dataclass(frozen=True)
class Scans:
    """One entry per assessment, ordered by patient and day; `visit` is 0 at baseline."""

    patient: Ints
    visit: Ints
    day: Ints
    modality: Ints
    bone_window: Ints  # 0 false, 1 true, 2 not delivered
    evaluable: Ints  # 0 false, 1 true, 2 not delivered
    response: Ints
    reads: Ints

    def take(self, order: Ints | Bools) -> "Scans":
        """Keeps the entries at the given positions."""
        return Scans(**{name: values[order] for name, values in vars(self).items()})


def lay_scans(plans: Plans, visits: Visits, timelines: Timelines, rng: np.random.Generator) -> Scans:
    """Makes every assessment of every patient, in order."""
    main = _visit_scans(plans, visits, timelines, rng)
    groups = (main, _companions(plans, main, rng), _in_between(visits, rng))
    scans = Scans(**{name: np.concatenate([vars(group)[name] for group in groups]) for name in vars(main)})
    return scans.take(np.lexsort((scans.modality, scans.day, scans.patient)))


def imaging_rows(
    profile: Profile, scans: Scans, patient_ids: pl.Series, timelines: Timelines
) -> pl.DataFrame:
    """Makes one row per assessment."""
    flags = pl.Series([False, True, None], dtype=pl.Boolean)
    return pl.DataFrame(
        {
            "assessment_id": ids(f"SYN-{profile.code}A", np.arange(1, scans.day.size + 1), 7),
            "patient_id": patient_ids.gather(scans.patient),
            "assessment_date": days(timelines.start[scans.patient] + scans.day),
            "modality": labels(scans.modality, MODALITIES),
            "is_bone_window": flags.gather(scans.bone_window),
            "is_evaluable": flags.gather(scans.evaluable),
            "extraosseous_response": labels(scans.response, RESPONSES),
        }
    )


def _visit_scans(plans: Plans, visits: Visits, timelines: Timelines, rng: np.random.Generator) -> Scans:
    """Makes the scan of each visit: baseline, line 1, line 2."""
    early = np.flatnonzero(plans.baseline != NO_SCAN)
    later = np.repeat(np.arange(plans.size), timelines.line_2_visits)
    begins = np.cumsum(timelines.line_2_visits) - timelines.line_2_visits
    step = np.arange(later.size) - begins[later] + 1

    baseline_kinds = np.full(BASELINE_NOT_EVALUABLE + 1, CT)
    baseline_kinds[[BASELINE_MRI, BASELINE_NO_WINDOW, BASELINE_NOT_EVALUABLE]] = (
        MRI,
        NO_BONE_WINDOW,
        NOT_EVALUABLE,
    )
    patient = np.concatenate((early, visits.patient, later))
    visit = np.concatenate((np.zeros_like(early), visits.number, plans.visits[later] + step))
    due = timelines.line_2_start[later] + step * plans.interval_days[later]
    line_2_day = due + between(rng, -3, 4, later.size)
    day: Ints = np.concatenate((timelines.baseline[early], visits.day, line_2_day))
    kind = np.concatenate((baseline_kinds[plans.baseline[early]], visits.kind, np.full(later.size, CT)))

    n = patient.size
    is_ct = (kind != MRI) & (kind != BONE_SCAN)
    modality = np.where(is_ct, chance(rng, 0.12, n).astype(np.int64), MRI_MODALITY)
    modality = np.where(kind == BONE_SCAN, BONE_SCAN_MODALITY, modality)
    window = np.where(is_ct & chance(rng, 0.9, n), 1, 2)
    evaluable = np.where(chance(rng, 0.6, n), 1, 2)
    reads = np.full(n, READS_ALL)
    reads[kind == BONE_SCAN] = READS_ONE
    reads[(kind == NOT_EVALUABLE) | (kind == NOT_ASSESSED)] = READS_NONE
    return Scans(
        patient=patient,
        visit=visit,
        day=day,
        modality=modality,
        bone_window=np.where(kind == NO_BONE_WINDOW, 0, window),
        evaluable=np.where(kind == NOT_EVALUABLE, 0, evaluable),
        response=_responses(plans, patient, visit, day, kind, rng),
        reads=reads,
    )


def _responses(
    plans: Plans, patient: Ints, visit: Ints, day: Ints, kind: Ints, rng: np.random.Generator
) -> Ints:
    """Gives the response outside bone; progression only where the plan, or a harmless place, has it."""
    n = patient.size
    has_soft_disease = chance(rng, 0.65, plans.size)[patient]
    response = np.where(has_soft_disease, 1 + pick(rng, (0.02, 0.3, 0.6, 0.08), n), NON_CR_NON_PD)
    response = np.where((visit == 0) | (kind == BONE_SCAN), 0, response)

    # One CT is read, so that only the others stand between the candidate and its confirmation.
    is_unread = plans.is_in("progression_not_read")[patient] & (visit >= plans.second_confirming[patient])
    response = np.where(is_unread & (visit <= plans.visits[patient]), 0, response)

    progression = plans.progression[patient]
    planned = (progression > 0) & (plans.progression_kind[patient] == EXTRAOSSEOUS)
    response = np.where(planned & (visit == progression), PD, response)
    # Harmless: before treatment; on line 2.
    response = np.where((visit == 0) & (day < 0) & chance(rng, 0.02, n), PD, response)
    response = np.where((visit > plans.visits[patient]) & chance(rng, 0.3, n), PD, response)
    # A scan that cannot be judged says so, or nothing.
    response = np.where(kind == NOT_EVALUABLE, np.where(chance(rng, 0.2, n), NE, 0), response)
    return np.where(kind == NOT_ASSESSED, NE, response).astype(np.int64)


def _companions(plans: Plans, main: Scans, rng: np.random.Generator) -> Scans:
    """Makes the second scan of a visit: an MRI just before the CT, or a bone scan or X-ray just after it."""
    total = plans.visits[main.patient]
    is_ct = (main.modality < MRI_MODALITY) & (main.bone_window > 0) & (main.evaluable > 0)
    is_ct &= (main.response != NE) & (main.visit > 0) & (main.visit <= total)
    progression = plans.progression[main.patient]
    shows = (progression > 0) & (plans.progression_kind[main.patient] == COMPANION_MRI)
    shows &= main.visit == progression
    n = main.day.size
    before = np.flatnonzero(is_ct & (shows | chance(rng, 0.02, n)))
    # Nothing comes after the last visit, so that it stays the last assessment.
    after = np.flatnonzero(is_ct & (main.visit < total) & chance(rng, 0.12, n))
    source = np.concatenate((before, after))
    is_before = np.arange(source.size) < before.size
    m = source.size
    return Scans(
        patient=main.patient[source],
        visit=main.visit[source],
        day=main.day[source] + np.where(is_before, -between(rng, 1, 2, m), between(rng, 1, 5, m)),
        modality=np.where(is_before, MRI_MODALITY, BONE_SCAN_MODALITY + chance(rng, 0.1, m)),
        bone_window=np.full(m, 2),
        evaluable=np.where(chance(rng, 0.5, m), 1, 2),
        response=np.where(is_before, np.where(shows[source], PD, 3), 0),
        reads=np.where(is_before, READS_NONE, READS_ONE),
    )


def _in_between(visits: Visits, rng: np.random.Generator) -> Scans:
    """Makes bone scans and X-rays between two visits, far enough from both to be time points of their own."""
    follows = np.flatnonzero((visits.number > 1) & (visits.gap >= SHORTEST_GAP))
    follows = follows[chance(rng, 0.03, follows.size)]
    m = follows.size
    return Scans(
        patient=visits.patient[follows],
        visit=visits.number[follows] - 1,
        day=visits.day[follows] - visits.gap[follows] + between(rng, 15, 20, m),
        modality=BONE_SCAN_MODALITY + chance(rng, 0.3, m),
        bone_window=np.full(m, 2),
        evaluable=np.full(m, 2),
        response=np.zeros(m, dtype=np.int64),
        reads=np.full(m, READS_ONE),
    )
