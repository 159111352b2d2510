"""ALP beside its upper limit: CTCAE grades and multiples at each moment, and its trend up to the event.

Not here: differences within patients (`alp.py`), and ALP as a test (`alp_test.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bpp_etl.report.estimates import Estimates
from bpp_etl.report.figures import NOTHING
from bpp_etl.report.grid import Grid, grid
from bpp_etl.report.notes import Notes
from bpp_etl.report.numbers import with_unit
from bpp_etl.report.plots.bars import Bar, Part, bar_plot
from bpp_etl.report.section import Plot, Section
from bpp_etl.report.tables import ReleaseTables
from bpp_etl.report.words import MOMENTS, stratum_words
from schemas.metrics.alp_levels import GRADES

TITLE = "CTCAE grade of ALP"
_STRATA = {"all": "Pseudoprogressions", "state=true_progression": "True progressions"}
_TRENDS = (
    ("alp_trend", "state=pseudoprogression"),
    ("alp_trend", "state=true_progression"),
    ("alp_trend_ratio", "state=pseudoprogression/true_progression"),
)


@dataclass(frozen=True)
class AlpLevels:
    """What the part shows."""

    plots: tuple[Plot, ...]
    levels: Grid
    trends: Grid
    notes: Notes


def alp_levels(tables: ReleaseTables) -> AlpLevels:
    """Gather multiples, grades and trends."""
    notes = Notes("alp-levels")
    estimates = Estimates(tables, notes)
    return AlpLevels(tuple(_plots(tables)), _levels(tables, estimates), _trends(estimates), notes)


def _levels(tables: ReleaseTables, estimates: Estimates) -> Grid:
    table = tables["metric.alp_grade"]
    rows = []
    for stratum, who in _STRATA.items():
        for moment, when in MOMENTS.items():
            shown = estimates.show(f"alp_times_limit_at_{moment}", stratum)
            at = {"protocol": tables.protocol, "stratum": stratum, "moment": moment}
            found = [table.first(**at, grade=grade) for grade in GRADES]
            shares = [
                NOTHING
                if row is None or (row["share"] is None and not row["is_suppressed"])
                else table.figure(row, "share", lambda value: with_unit(value, "share"))
                for row in found
            ]
            rows.append((f"{who}, {when}", shown.patients, shown.estimate, *shares, shown.marks))
    heads = (
        "ALP",
        "#Patients",
        "#Median, times the limit",
        *(f"#Grade {grade}" for grade in GRADES),
        "Notes",
    )
    return grid("alp-levels-grades", "ALP in multiples of its upper limit, and its CTCAE grade", heads, rows)


def _trends(estimates: Estimates) -> Grid:
    rows = []
    for metric, stratum in _TRENDS:
        shown = estimates.show(metric, stratum)
        rows.append(
            (
                stratum_words(stratum),
                shown.estimate,
                shown.interval_cell,
                shown.p_value,
                shown.patients,
                shown.marks,
            )
        )
    heads = ("Candidates", "#Factor", "#95\u202f% interval", "#p", "#Patients", "Notes")
    caption = "What ALP is multiplied by in a month, from before treatment to the event"
    return grid("alp-levels-trends", caption, heads, rows)


def _plots(tables: ReleaseTables) -> Iterator[Plot]:
    table = tables["metric.alp_grade"]
    bars = []
    for stratum, who in _STRATA.items():
        for moment, when in MOMENTS.items():
            rows = table.where(protocol=tables.protocol, stratum=stratum, moment=moment)
            if any(row["share"] is not None for row in rows):
                parts = tuple(
                    Part(f"grade_{row['grade']}", f"Grade {row['grade']}", row["share"]) for row in rows
                )
                bars.append(Bar(f"{who}, {when}", parts))
    if bars:
        kinds = [(f"grade_{grade}", grade) for grade in GRADES]
        yield Plot("alp_grade", TITLE, bar_plot("plot-alp-grades", TITLE, bars, kinds))


SECTION = Section("alp_levels", "ALP beside its limit", alp_levels, plots=_plots, is_folded=True)
