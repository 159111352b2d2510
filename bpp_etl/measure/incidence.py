"""Incidence with competing risks after a pseudoprogression: progression, and death without it.

Not here: the estimator (`bpp_etl/metrics`), and pseudoprogression itself (`first_line_incidence.py`).
"""

from __future__ import annotations

import numpy as np

from bpp_etl.measure.cohort import HER2, Cohort
from bpp_etl.measure.horizons import CENSORED, COMPETING, OWN, Outcomes, count_by_horizon
from schemas.event import STATE

METHOD = "Aalen-Johansen, log-log interval with the delta-method variance"


def progression_incidences(cohort: Cohort) -> list[Outcomes]:
    """Name who progressed and who died without it after a pseudoprogression, and count them; they compete."""
    is_pseudo = cohort["state"] == STATE.index("pseudoprogression")
    has_progression = is_pseudo & cohort["has_progression"].astype(bool)
    has_died = is_pseudo & ~has_progression & ~np.isnan(cohort["days_to_death"])
    days = np.where(has_died, cohort["days_to_death"], cohort["days_followed"])
    cohort.part("not_progressed", "died", has_died, (HER2,))
    found: list[Outcomes] = []
    for metric, events, own, other in (
        ("progression_incidence", "progressed", has_progression, has_died),
        ("death_incidence", "died", has_died, has_progression),
    ):
        count_by_horizon(cohort, events, days, own, (HER2,))
        causes = np.where(own, OWN, np.where(other, COMPETING, CENSORED))
        for stratum, members in cohort.strata(is_pseudo, (HER2,)):
            patients = cohort.cell("pseudoprogression", stratum)
            found.append(Outcomes(cohort, metric, patients, events, days[members], causes[members], METHOD))
    return found
