"""Hazard of progression after a pseudoprogression by HER2, ER, age and baseline ALP together.

Not here: the comparison by HER2 alone (`comparisons.py`), and pseudoprogression against none (`status.py`).

Days count from the event, and a patient comes under observation at the confirming CT (delayed entry): before
it a pseudoprogression could not progress and be one. Each registry has a baseline hazard of its own.
"""

from __future__ import annotations

import numpy as np

from bpp_etl.measure.cohort import HER2, HER2_LABELS, REGISTRY, Cohort, Mask
from bpp_etl.measure.rows import FEWEST_EVENTS, Interval, Row, estimate_row
from bpp_etl.measure.shares import share_row
from bpp_etl.measure.tally import Cell
from bpp_etl.metrics import adjusted_hazard_ratios
from bpp_etl.warehouse.select import Column
from schemas.event import STATE
from schemas.metrics.adjusted import FEWEST_EVENTS_PER_VARIABLE

METHOD = "Cox regression, Efron's ties, entry at confirmation, each registry with its own baseline hazard"


BINARY = ("her2_positive", "er_positive")
"""Covariates that set two groups against one another."""


def adjusted_rows(cohort: Cohort) -> list[Row]:
    """Build the adjusted hazard ratios, the events for each covariate, and the share of complete patients."""
    is_pseudo = cohort["state"] == STATE.index("pseudoprogression")
    covariates = _covariates(cohort)
    followed, confirmed = cohort["days_followed"], cohort["days_to_confirmation"]
    observed = cohort["has_progression"].astype(bool)
    found = adjusted_hazard_ratios(
        followed[is_pseudo],
        observed[is_pseudo],
        {name: values[is_pseudo] for name, values in covariates.items()},
        entry=confirmed[is_pseudo],
        strata=cohort.partitions[REGISTRY].codes[is_pseudo],
    )
    is_known = ~np.isnan(np.column_stack(list(covariates.values()))).any(axis=1)
    is_used = is_pseudo & is_known & (followed > confirmed)
    cohort.part("pseudoprogression", "adjusted", is_used)
    cohort.part("adjusted", "adjusted_progressed", is_used & observed)
    patients, events = cohort.cell("adjusted"), cohort.cell("adjusted_progressed")
    behind = {
        name: _events_by(cohort, name, values, is_used & observed)
        for name, values in covariates.items()
        if name in BINARY
    }
    per_variable = found.events_per_variable or 0.0
    warnings = {"few_events_per_variable"} if per_variable < FEWEST_EVENTS_PER_VARIABLE else set()
    rows = [
        estimate_row(
            cohort.tally,
            f"adjusted_hazard_ratio_{name}",
            patients,
            # Of so few events not even the ratio is told: it would rest on less than one for each covariate.
            Interval(ratio.estimate, ratio.low, ratio.high, "wald", ratio.p_value)
            if found.events >= FEWEST_EVENTS
            else Interval(),
            method=METHOD,
            events=events,
            # The variance of a log ratio is about the sum of 1 / events: beside all events it tells each.
            subjects=(patients, *behind.get(name, ())),
            warnings=warnings
            if ratio.estimate is not None and found.events >= FEWEST_EVENTS
            else {*warnings, "not_estimable"},
        )
        for name, ratio in found.ratios.items()
    ]
    for row in rows:
        row.tells = (events,)  # of few there is no ratio: that there is one tells that they are more
    rows.append(
        estimate_row(
            cohort.tally,
            "adjusted_events_per_variable",
            patients,
            Interval(per_variable),
            method="Progressions over covariates",
            events=events,
            warnings=warnings,
            tells_counts=True,
        )
    )
    rows.append(
        share_row(cohort.tally, "adjusted_complete_share", cohort.cell("pseudoprogression"), patients)
    )
    return rows


def _events_by(cohort: Cohort, name: str, values: Column, has_event: Mask) -> tuple[Cell, ...]:
    groups = {f"adjusted_progressed {name}={level}": has_event & (values == level) for level in (0, 1)}
    cohort.split("adjusted_progressed", groups)
    return tuple(cohort.cell(group) for group in groups)


def _covariates(cohort: Cohort) -> dict[str, Column]:
    """Return the covariates by their declared names, in the units of their ratios; NaN where not known."""
    her2 = cohort.partitions[HER2].codes
    positive, negative = (HER2_LABELS.index(label) for label in ("positive", "negative"))
    with np.errstate(invalid="ignore"):
        doubling = np.log2(cohort["alp_baseline"])
    return {
        "her2_positive": np.where(her2 == positive, 1.0, np.where(her2 == negative, 0.0, np.nan)),
        "er_positive": cohort["er_positive"].astype(np.float64),
        "age_per_10_years": cohort["age_years"] / 10,
        "alp_per_doubling": doubling,
    }
