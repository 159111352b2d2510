"""Incidence with competing risks: what follows a pseudoprogression, and pseudoprogression on line 1.

Not here: the estimator of the incidence itself (`bpp_etl/metrics`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from bpp_etl.measure.cohort import HER2, REGISTRY, Cohort, Mask
from bpp_etl.measure.flow import COMMON
from bpp_etl.measure.queries import Column
from bpp_etl.measure.rows import Interval, Row, estimate_row
from bpp_etl.measure.tally import Cell
from bpp_etl.metrics import cumulative_incidence
from schemas.event import STATE
from schemas.metric_codes import HORIZON_DAYS

METHOD = "Aalen-Johansen, log-log interval with the delta-method variance"
Z = NormalDist().inv_cdf(0.975)


def incidence_intervals(days: Column, outcome: Column, cause: int, horizons: Sequence[int]) -> list[Interval]:
    """Estimate the incidence of a cause by each horizon, with the limits F ** exp(+-z * se / (F * log F)).

    The variance is that of Marubini and Valsecchi 1995 (as Stata's stcompet): with n at risk, d events of any
    cause and c of this one at a time, and S the survival just before it, the sum over times up to t of
    (F(t) - F)^2 d / (n (n - d)) + S^2 (n - c) c / n^3 - 2 (F(t) - F) S c / n^2.
    """
    at = np.asarray(horizons)
    if days.size == 0:
        return [Interval() for _ in horizons]
    incidence = cumulative_incidence(days, outcome, cause, at)
    times, position = np.unique(days, return_inverse=True)
    leaving = np.bincount(position, minlength=times.size)
    n = leaving[::-1].cumsum()[::-1].astype(np.float64)
    d = np.bincount(position[outcome > 0], minlength=times.size)
    c = np.bincount(position[outcome == cause], minlength=times.size)
    before = np.concatenate([[1.0], np.cumprod((n - d) / n)[:-1]])
    reached = cumulative_incidence(days, outcome, cause, times)
    found = []
    for horizon, share in zip(at, incidence.tolist(), strict=True):
        # Where all at risk have an event, F stands still after it: the first term is 0, not 0 times infinity.
        upto = times <= horizon
        ahead, at_risk, events, caused, alive = (part[upto] for part in (share - reached, n, d, c, before))
        surviving = np.maximum(at_risk - events, 1)
        terms = ahead**2 * events / (at_risk * surviving)
        terms += alive**2 * (at_risk - caused) * caused / at_risk**3
        terms -= 2 * ahead * alive * caused / at_risk**2
        variance = float(terms.sum())
        found.append(_log_log(share, variance))
    return found


def _log_log(share: float, variance: float) -> Interval:
    if not 0 < share < 1 or variance <= 0:
        return Interval(share)
    spread = math.exp(Z * math.sqrt(variance) / (share * math.log(share)))
    return Interval(share, share ** (1 / spread), share**spread, "log-log")


def progression_incidence_rows(cohort: Cohort) -> list[Row]:
    """Build the incidence of progression and of death without it after a pseudoprogression; they compete."""
    is_pseudo = cohort["state"] == STATE.index("pseudoprogression")
    has_progression = cohort["has_progression"]
    has_died = is_pseudo & ~has_progression & ~np.isnan(cohort["days_to_death"])
    outcome = np.where(has_progression, 1, np.where(has_died, 2, 0))
    days = np.where(has_died, cohort["days_to_death"], cohort["days_followed"])
    cohort.part("not_progressed", "died", has_died, (HER2,))
    rows = []
    causes = ((1, "progressed", "progression_incidence"), (2, "died", "death_incidence"))
    for cause, total, metric in causes:
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
        warnings=("indeterminate_censored", "interval_censored"),
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
    *,
    warnings: Sequence[str] = ("interval_censored",),
) -> list[Row]:
    days, outcome, cause = measured
    rows = []
    for stratum, members in cohort.strata(mask, by):
        found = incidence_intervals(days[members], outcome[members], cause, HORIZON_DAYS)
        for horizon, interval in zip(HORIZON_DAYS, found, strict=True):
            row = estimate_row(
                cohort.tally,
                f"{metric}_{horizon}_days",
                patients._replace(stratum=stratum),
                interval,
                protocol=cohort.protocol,
                unit="share",
                method=METHOD,
                events=cohort.cell(f"{events}_by_{horizon}", stratum),
                warnings=warnings,
                tells_counts=True,
            )
            rows.append(row)
    return rows
