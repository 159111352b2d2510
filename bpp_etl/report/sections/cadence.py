"""How well CTs kept to the schedule, for everyone, for each registry, and for the pseudoprogressions.

Not here: how a CT's class is found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bpp_etl.report.estimates import Estimates
from bpp_etl.report.figures import NOTHING, Piece
from bpp_etl.report.grid import Cell, Grid, grid
from bpp_etl.report.notes import Notes
from bpp_etl.report.numbers import with_unit
from bpp_etl.report.plots.bars import Bar, Part, bar_plot
from bpp_etl.report.section import Plot, Section
from bpp_etl.report.tables import HIDDEN, ReleaseTables
from bpp_etl.report.words import CADENCE_CLASSES, stratum_words
from schemas.cadence import CYCLES_PER_INTERVAL, MISSED_AFTER_INTERVALS, TOLERANCE_DAYS

POPULATIONS = {
    "first_line": "First-line CTs by class",
    "pseudoprogression": "The same of pseudoprogressions, by HER2 status",
}
MOST_BARS = 12
"""More registries than this are in the table only."""


@dataclass(frozen=True)
class Cadence:
    """What the part shows."""

    plots: tuple[Plot, ...]
    is_cut: bool
    cycles: int
    tolerance: int
    missed: float
    classes: Grid
    intervals: Grid
    notes: Notes


def cadence(tables: ReleaseTables) -> Cadence:
    """Gather the schedule's keeping."""
    notes = Notes("cadence")
    groups = _groups(tables)
    return Cadence(
        plots=tuple(_plots(tables)),
        is_cut=any(len(_bars(tables, population)) > MOST_BARS for population in POPULATIONS),
        cycles=CYCLES_PER_INTERVAL,
        tolerance=TOLERANCE_DAYS,
        missed=MISSED_AFTER_INTERVALS,
        classes=_classes(tables, groups),
        intervals=_intervals(tables, groups, notes),
        notes=notes,
    )


def _groups(tables: ReleaseTables) -> list[tuple[str, str]]:
    rows = tables["metric.cadence"].where(protocol=tables.protocol)
    return list(dict.fromkeys((row["population"], row["stratum"]) for row in rows))


def _plots(tables: ReleaseTables) -> Iterator[Plot]:
    """Yield a plot of the classes of CTs for either population."""
    for population, title in POPULATIONS.items():
        bars = _bars(tables, population)[:MOST_BARS]
        if bars:
            anchor = f"plot-cadence-{population.replace('_', '-')}"
            yield Plot("cadence", title, bar_plot(anchor, title, bars, list(CADENCE_CLASSES.items())))


def _bars(tables: ReleaseTables, population: str) -> list[Bar]:
    """List the bars of a population; who has no CT has none."""
    bars = [_bar(tables, *group) for group in _groups(tables) if group[0] == population]
    return [bar for bar in bars if any(part.share for part in bar.parts)]


def _name(population: str, stratum: str) -> str:
    if population == "first_line":
        return "Every first line" if stratum == "all" else stratum_words(stratum)
    return "Pseudoprogressions" if stratum == "all" else f"Pseudoprogressions, {stratum_words(stratum)}"


def _bar(tables: ReleaseTables, population: str, stratum: str) -> Bar:
    table = tables["metric.cadence"]
    parts = []
    for code, name in CADENCE_CLASSES.items():
        row = table.first(
            protocol=tables.protocol, population=population, stratum=stratum, cadence_class=code
        )
        parts.append(Part(code, name, row["share"] if row else 0.0))
    return Bar(_name(population, stratum), tuple(parts))


def _classes(tables: ReleaseTables, groups: list[tuple[str, str]]) -> Grid:
    table = tables["metric.cadence"]

    def cells(population: str, stratum: str) -> list[Piece]:
        found: list[Piece] = []
        for code in CADENCE_CLASSES:
            row = table.first(
                protocol=tables.protocol, population=population, stratum=stratum, cadence_class=code
            )
            if row is None:
                found += [NOTHING, NOTHING]
                continue
            word = HIDDEN if row["is_suppressed"] else "none"
            found += [
                table.count(row, "time_points"),
                table.figure(row, "share", lambda value: with_unit(value, "share"), word),
            ]
        return found

    heads = [head for name in CADENCE_CLASSES.values() for head in (f"#{name}", "#Share")]
    rows: list[tuple[Cell, ...]] = [(_name(*group), *cells(*group)) for group in groups]
    return grid("cadence-classes", "CT time points by class", ("Whose CTs", *heads), rows)


def _intervals(tables: ReleaseTables, groups: list[tuple[str, str]], notes: Notes) -> Grid:
    estimates = Estimates(tables, notes)
    rows: list[tuple[Cell, ...]] = []
    for population, stratum in groups:
        prefix = "" if population == "first_line" else "pseudoprogression_"
        rows.append(
            (
                _name(population, stratum),
                *(
                    estimates.show(f"{prefix}cadence_{name}", stratum).in_brief
                    for name in ("interval", "deviation", "on_time_share")
                ),
            )
        )
    heads = ("Whose CTs", "#Median interval", "#Median deviation", "#On time, 95\u202f% interval")
    return grid(
        "cadence-intervals", "Intervals between CTs, and deviation from the planned ones", heads, rows
    )


SECTION = Section("cadence", "CT schedule", cadence, plots=_plots, is_folded=True)
