"""Incidence with competing risks: what follows a pseudoprogression, and pseudoprogression on line 1.

Not here: the estimator of the incidence itself (`bpp_etl/metrics`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bpp_etl.measure.cohort import HER2, REGISTRY, Cohort, Mask
from bpp_etl.measure.flow import COMMON
from bpp_etl.measure.rows import Interval, Row, estimate_row, known
from bpp_etl.measure.tally import Cell
from bpp_etl.metrics import incidence_at
from bpp_etl.warehouse.select import Column
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
    rows = []
    for cause, total, metric in ((1, "progressed", "progression_incidence"), (2, "died", "death_incidence")):
        _count_by_horizon(cohort, total, days, is_pseudo & (outcome == cause), (HER2,))
        measured = (days, outcome, cause)
        rows += _rows(cohort, metric, cohort.cell("pseudoprogression"), total, measured, is_pseudo, (HER2,))
    return rows


def pseudoprogression_incidence_rows(first_line: Cohort) -> list[Row]:
    """Build the incidence of pseudoprogression among patients with a first line; all else competes."""
    days, outcome = first_line["days"], first_line["outcome"]
    _count_by_horizon(first_line, "pseudoprogression", days, outcome == 1, (REGISTRY,))
    return _rows(
        first_line,
        "pseudoprogression_incidence",
        Cell(COMMON, "first_line"),
        "pseudoprogression",
        (days, outcome, 1),
        outcome >= 0,
        (REGISTRY,),
    )


def _count_by_horizon(cohort: Cohort, total: str, days: Column, mask: Mask, by: Sequence[str]) -> None:
    enclosing = total
    for horizon in sorted(HORIZON_DAYS, reverse=True):
        group = f"{total}_by_{horizon}"
        cohort.part(enclosing, group, mask & (days <= horizon), by)
        enclosing = group


def _rows(
    cohort: Cohort,
    metric: str,
    patients: Cell,
    events: str,
    measured: tuple[Column, Column, int],
    mask: Mask,
    by: Sequence[str],
) -> list[Row]:
    days, outcome, cause = measured
    rows = []
    for stratum, members in cohort.strata(mask, by):
        found = incidence_at(days[members], outcome[members], cause, HORIZON_DAYS)
        for place, horizon in enumerate(HORIZON_DAYS):
            share, low, high = (known(values[place]) for values in (found.estimate, found.low, found.high))
            row = estimate_row(
                cohort.tally,
                f"{metric}_{horizon}_days",
                patients._replace(stratum=stratum),
                Interval(share, low, high, "log-log"),
                protocol=cohort.protocol,
                method=METHOD,
                events=cohort.cell(f"{events}_by_{horizon}", stratum),
                tells_counts=True,
            )
            rows.append(row)
    return rows
