"""Incidence with competing risks after a pseudoprogression: progression, and death without it.

Not here: the estimator (`bpp_etl/metrics`), and pseudoprogression itself (`first_line_incidence.py`).
"""

from __future__ import annotations

import numpy as np

from bpp_etl.measure.cohort import HER2, Cohort
from bpp_etl.measure.horizons import FollowUp, count_by_horizon, incidence_rows
from bpp_etl.measure.rows import Row
from bpp_etl.metrics import incidence_at
from schemas.event import STATE
from schemas.metric_codes import HORIZON_DAYS

METHOD = "Aalen-Johansen, log-log interval with the delta-method variance"


def progression_incidence_rows(cohort: Cohort) -> list[Row]:
    """Build the incidence of progression and of death without it after a pseudoprogression; they compete."""
    is_pseudo = cohort["state"] == STATE.index("pseudoprogression")
    has_progression = cohort["has_progression"]
    has_died = is_pseudo & ~has_progression & ~np.isnan(cohort["days_to_death"])
    outcome = np.where(has_progression, 1, np.where(has_died, 2, 0))
    days = np.where(has_died, cohort["days_to_death"], cohort["days_followed"])
    cohort.part("not_progressed", "died", has_died, (HER2,))
    rows: list[Row] = []
    for cause, total, metric in ((1, "progressed", "progression_incidence"), (2, "died", "death_incidence")):
        count_by_horizon(cohort, total, days, is_pseudo & (outcome == cause), (HER2,))
        for stratum, members in cohort.strata(is_pseudo, (HER2,)):
            rows += incidence_rows(
                cohort,
                metric,
                incidence_at(days[members], outcome[members], cause, HORIZON_DAYS),
                FollowUp.of(days[members], outcome[members] == 0),
                patients=cohort.cell("pseudoprogression", stratum),
                events=total,
                method=METHOD,
            )
    return rows
