"""One synthetic registry in memory: its six tables as delivered, its truth, its planted faults.

Files are written in write.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from bpp_etl.demo.archetypes import plan
from bpp_etl.demo.arrays import ids, stream
from bpp_etl.demo.defects import Planted, plant
from bpp_etl.demo.her2 import her2_rows
from bpp_etl.demo.imaging import imaging_rows, lay_scans
from bpp_etl.demo.labs import lab_rows
from bpp_etl.demo.lesions import lesion_rows
from bpp_etl.demo.people import patient_rows, therapy_rows
from bpp_etl.demo.profiles import Profile
from bpp_etl.demo.timelines import lay_timelines
from bpp_etl.demo.truth import truth_rows
from bpp_etl.demo.visits import lay_visits

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class SyntheticRegistry:
    """A delivery that no patient stands behind.

    tables: the six tables, in our words and units, before the registry's dialect.
    truth: one row per patient, see truth.py.
    planted: one row per row that must be refused: table, row_number (from 1), rules (sorted),
        twin_row_number (the identical row that must be kept, for a duplicate).
    flagged: one row per row that must be kept with a flag: table, row_number, flag.
    """

    profile: Profile
    seed: int
    delivery_date: date
    tables: Mapping[str, pl.DataFrame]
    truth: pl.DataFrame
    planted: pl.DataFrame
    flagged: pl.DataFrame


def generate_registry(patients: int, seed: int, profile: Profile, delivery_date: date) -> SyntheticRegistry:
    """Generates a registry; the same arguments give the same registry."""
    if patients < 1:
        raise ValueError(f"a registry needs at least one patient, not {patients}")

    def rng(part: str) -> np.random.Generator:
        return stream(seed, f"{profile.name}/{part}")

    patient_ids = ids(f"SYN-{profile.code}", np.arange(1, patients + 1))
    plans = plan(patients, rng("plans"))
    visits = lay_visits(plans, rng("visits"))
    timelines = lay_timelines(plans, visits, (delivery_date - EPOCH).days, rng("timelines"))
    scans = lay_scans(plans, visits, timelines, rng("scans"))
    imaging = imaging_rows(profile, scans, patient_ids, timelines)
    labs = lab_rows(profile, patient_ids, plans, visits, timelines, rng("labs"))
    her2 = her2_rows(patient_ids, plans, visits, timelines, rng("her2"))
    tables = {
        "patients": patient_rows(profile, patient_ids, plans, timelines, rng("patients")),
        "therapy_lines": therapy_rows(profile, patient_ids, plans, timelines, rng("therapy")),
        "imaging_assessments": imaging,
        "bone_lesions": lesion_rows(imaging["assessment_id"], scans, plans, timelines, rng("lesions")),
        "lab_results": labs.rows,
        "her2_tests": her2.rows,
    }
    truth = truth_rows(patient_ids, plans, visits, timelines, labs.alp, her2.status_at_event)
    result: Planted = plant(tables, truth, profile, delivery_date, rng("faults"))
    return SyntheticRegistry(
        profile=profile,
        seed=seed,
        delivery_date=delivery_date,
        tables=result.tables,
        truth=result.truth,
        planted=result.planted,
        flagged=result.flagged,
    )
