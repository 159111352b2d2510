"""Progression after a pseudoprogression by several covariates at once: ratios, and how much they rest on.

Not here: HER2 alone (`her2.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bpp_etl.report.estimates import Estimates, Shown, dot_of
from bpp_etl.report.grid import Grid, grid
from bpp_etl.report.notes import Notes
from bpp_etl.report.plots.forest import forest_plot, ratio_axis
from bpp_etl.report.section import Plot, Section
from bpp_etl.report.tables import ReleaseTables
from schemas.metrics.adjusted import COVARIATES

TITLE = "Adjusted hazard ratios of progression"
SHORT = {
    "her2_positive": "HER2 positive",
    "er_positive": "ER positive",
    "age_per_10_years": "Age, 10 years more",
    "alp_per_doubling": "ALP, twice as much",
}


@dataclass(frozen=True)
class Adjusted:
    """What the part shows."""

    plots: tuple[Plot, ...]
    ratios: Grid
    complete: Shown
    per_variable: Shown
    notes: Notes


def adjusted(tables: ReleaseTables) -> Adjusted:
    """Gather the ratios of all covariates."""
    notes = Notes("adjusted")
    estimates = Estimates(tables, notes)
    shown = [(words, estimates.show(f"adjusted_hazard_ratio_{name}")) for name, words in COVARIATES.items()]
    heads = ("Covariate", "#Hazard ratio", "#95\u202f% interval", "#p", "#Patients", "#Events", "Notes")
    rows = [
        (words, one.estimate, one.interval_cell, one.p_value, one.patients, one.events, one.marks)
        for words, one in shown
    ]
    return Adjusted(
        tuple(_plots(tables)),
        grid("adjusted-ratios", TITLE, heads, rows),
        estimates.show("adjusted_complete_share"),
        estimates.show("adjusted_events_per_variable"),
        notes,
    )


def _plots(tables: ReleaseTables) -> Iterator[Plot]:
    table = tables["metric.estimate"]
    dots = []
    for name in COVARIATES:
        row = table.first(protocol=tables.protocol, metric=f"adjusted_hazard_ratio_{name}", stratum="all")
        if row is not None:
            dots.append(dot_of(table, row, SHORT[name]))
    if any(dot.value is not None for dot in dots):
        axis = ratio_axis("Hazard ratio; over 1 progression comes sooner", dots)
        yield Plot("estimate", TITLE, forest_plot("plot-adjusted", TITLE, dots, axis, name_width=132))


SECTION = Section("adjusted", "Adjusted hazards", adjusted, plots=_plots, is_folded=True)
