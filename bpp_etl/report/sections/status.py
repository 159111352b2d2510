"""Pseudoprogression against none: curves from each landmark, and the hazard ratios of every method.

Not here: patients with a pseudoprogression among themselves (`adjusted.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bpp_etl.report.estimates import Estimates, Shown, dot_of
from bpp_etl.report.figures import NOTHING
from bpp_etl.report.grid import Cell, Grid, grid
from bpp_etl.report.notes import Notes
from bpp_etl.report.plots.forest import forest_plot, ratio_axis
from bpp_etl.report.plots.survival import survival_plot
from bpp_etl.report.section import Plot, Section
from bpp_etl.report.sections.times import curve_of
from bpp_etl.report.tables import ReleaseTables
from bpp_etl.report.words import stratum_words
from schemas.metric_codes import LANDMARK_DAYS

GROUPS = ("status=pseudoprogression", "status=none")
BETWEEN = "status=pseudoprogression/none"
TITLE = "Pseudoprogression against none"
_OUTCOMES = (
    ("progression_free_survival", "progression or death", "progression"),
    ("overall_survival", "death", "death"),
)
"""Outcome, in words, and in the words of a plot."""
_RATIOS = (
    (
        "time_dependent_hazard_ratio",
        "all",
        "Progression or death, from confirmation on",
        "Time-dependent, progression",
    ),
    *(
        (
            f"landmark_{days}_{name}_hazard_ratio",
            BETWEEN,
            f"{outcome.capitalize()}, after day {days}",
            f"After day {days}, {short}",
        )
        for name, outcome, short in _OUTCOMES
        for days in LANDMARK_DAYS
    ),
)
"""Metric, stratum, and its name in the table and in the plot."""
_REFUSED = ("progression_by_pseudoprogression", "all", "Ever against never, from the start", "")


@dataclass(frozen=True)
class Status:
    """What the part shows."""

    plots: tuple[Plot, ...]
    ratios: Grid
    medians: Grid
    notes: Notes


def status(tables: ReleaseTables) -> Status:
    """Gather the hazard ratios and the medians behind them."""
    notes = Notes("status")
    estimates = Estimates(tables, notes)
    return Status(tuple(_plots(tables)), _ratios(estimates), _medians(estimates), notes)


def _ratios(estimates: Estimates) -> Grid:
    rows = []
    for metric, stratum, name, _ in (*_RATIOS, _REFUSED):
        shown = estimates.show(metric, stratum)
        rows.append((name, shown.estimate, shown.interval_cell, shown.p_value, *_counted(shown)))
    heads = ("Outcome", "#Hazard ratio", "#95\u202f% interval", "#p", "#Patients", "#Events", "Notes")
    return grid(
        "status-ratios", "Hazard with a confirmed pseudoprogression over the hazard without", heads, rows
    )


def _medians(estimates: Estimates) -> Grid:
    rows: list[tuple[Cell, ...]] = []
    for days in LANDMARK_DAYS:
        for name, outcome, _ in _OUTCOMES:
            for group in GROUPS:
                shown = estimates.show(f"landmark_{days}_{name}", group)
                words = f"{outcome.capitalize()}, after day {days}; {stratum_words(group).lower()}"
                rows.append(
                    (
                        words,
                        shown.estimate,
                        shown.months or NOTHING,
                        shown.interval_cell,
                        *_counted(shown),
                    )
                )
    heads = ("Time", "#Median", "#In months", "#95\u202f% interval", "#Patients", "#Events", "Notes")
    return grid("status-medians", "Median times from the landmark on, by status at it", heads, rows)


def _counted(shown: Shown) -> tuple[Cell, Cell, Cell]:
    return shown.patients, shown.events, shown.marks


def _plots(tables: ReleaseTables) -> Iterator[Plot]:
    """Yield the forest of ratios, and the curves of each landmark at which both groups have one."""
    table = tables["metric.estimate"]
    dots = []
    for metric, stratum, _, name in _RATIOS:
        row = table.first(protocol=tables.protocol, metric=metric, stratum=stratum)
        if row is not None:
            dots.append(dot_of(table, row, name))
    if any(dot.value is not None for dot in dots):
        axis = ratio_axis("Hazard ratio; under 1 fewer events", dots)
        yield Plot("estimate", TITLE, forest_plot("plot-status", TITLE, dots, axis, name_width=184))
    for days in LANDMARK_DAYS:
        curves = [curve_of(tables, f"landmark_{days}_progression_free_survival", group) for group in GROUPS]
        if all(curve.steps for curve in curves):
            title = f"Without progression after day {days}, by pseudoprogression confirmed by then"
            words = f"Months from day {days} of first-line therapy"
            picture = survival_plot(
                f"plot-landmark-{days}",
                title,
                curves,
                words,
                "alive without progression",
                is_by_group=True,
            )
            yield Plot("survival_curve", title, picture)


SECTION = Section("status", TITLE, status, plots=_plots, is_folded=True)
