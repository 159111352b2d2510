"""Bone ALP: its change within pseudoprogressions, a mass and an activity apart, and never with total ALP.

Not here: total ALP (`alp.py`), and which value counts for which day (`sql/bone_alp.sql`).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bpp_etl.measure.alp import signed_rank_row
from bpp_etl.measure.cohort import REGISTRY, Cohort
from bpp_etl.measure.rows import Interval, Row, estimate_row
from schemas.event import STATE
from schemas.metrics.bone_alp import BONE_ALP_UNITS

MOMENTS = {"event": "pseudoprogression", "progression": "progressed"}
"""Moment -> the group of pseudoprogressions that could have a value then."""


def bone_alp_rows(cohort: Cohort) -> list[Row]:
    """Build the changes of bone ALP from baseline: everyone, and the medians by registry."""
    is_pseudo = cohort["state"] == STATE.index("pseudoprogression")
    return [
        row
        for name in BONE_ALP_UNITS
        for moment, whole in MOMENTS.items()
        for row in _rows(cohort, name, moment, whole, is_pseudo)
    ]


def _rows(cohort: Cohort, name: str, moment: str, whole: str, is_pseudo: np.ndarray) -> Iterator[Row]:
    values = cohort[f"{name}_{moment}_minus_baseline"]
    mask, group = is_pseudo & ~np.isnan(values), f"{name}_{moment}"
    cohort.part(whole, group, mask, (REGISTRY,))
    metric = f"{name}_change_at_{moment}"
    yield signed_rank_row(cohort.tally, metric, cohort.cell(group), values[mask])
    for stratum, members in cohort.strata(mask, (REGISTRY,)):
        yield estimate_row(
            cohort.tally,
            f"{metric}_median",
            cohort.cell(group, stratum),
            Interval(float(np.median(values[members])) if members.any() else None),
            method="Median of the changes",
        )
