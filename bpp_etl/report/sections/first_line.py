"""Survival of the first line: both curves with numbers at risk, medians by registry and HER2 at its start.

Not here: times that begin at a candidate (`times.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bpp_etl.report.estimates import Estimates
from bpp_etl.report.grid import Grid
from bpp_etl.report.notes import Notes
from bpp_etl.report.plots.survival import survival_plot
from bpp_etl.report.section import Plot, Section
from bpp_etl.report.sections.times import Time, curve_of, median_grid
from bpp_etl.report.tables import ReleaseTables
from bpp_etl.report.words import stratum_words

TIMES = (
    Time(
        "progression_free_survival",
        "Progression-free survival",
        "Months from the start of first-line therapy",
        "alive without progression",
    ),
    Time("overall_survival", "Overall survival", "Months from the start of first-line therapy", "alive"),
)


@dataclass(frozen=True)
class FirstLine:
    """What the part shows."""

    plots: tuple[Plot, ...]
    medians: tuple[Grid, ...]
    notes: Notes


def first_line(tables: ReleaseTables) -> FirstLine:
    """Gather both curves, and the medians in every stratum that is measured."""
    notes = Notes("first-line")
    estimates = Estimates(tables, notes)
    medians = tuple(_medians(tables, estimates, time) for time in TIMES)
    return FirstLine(tuple(_plots(tables)), medians, notes)


def _medians(tables: ReleaseTables, estimates: Estimates, time: Time) -> Grid:
    rows = tables["metric.estimate"].where(protocol=tables.protocol, metric=time.metric)
    leads = [(time.metric, stratum_words(row["stratum"]), row["stratum"]) for row in rows]
    anchor = f"first-line-{time.metric.replace('_', '-')}"
    return median_grid(anchor, time.name, leads, estimates, head="Patients with a first line")


def _plots(tables: ReleaseTables) -> Iterator[Plot]:
    for time in TIMES:
        curve = curve_of(tables, time.metric, "all")
        if curve.steps:
            anchor = f"plot-{time.metric.replace('_', '-')}"
            yield Plot(
                "survival_curve",
                time.name,
                survival_plot(anchor, time.name, [curve], time.axis, time.outcome),
            )


SECTION = Section("first_line", "Survival of the first line", first_line, plots=_plots)
