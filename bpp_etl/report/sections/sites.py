"""Where the new lesions were: share of patients and of lesions for each bone.

Not here: lesions of candidates that proved something else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bpp_etl.report.estimates import Estimates, interval_of
from bpp_etl.report.figures import NOTHING, Piece
from bpp_etl.report.grid import Grid, grid
from bpp_etl.report.notes import Marks, Notes
from bpp_etl.report.numbers import THIN, with_unit
from bpp_etl.report.plots.intervals import Dot, interval_plot
from bpp_etl.report.section import Plot, Section
from bpp_etl.report.tables import HIDDEN, ReleaseTables, Row
from bpp_etl.report.words import SITES
from schemas.metric_codes import LESION_POPULATION

_CAPTIONS = {
    "candidate": "New osteoblastic lesions of pseudoprogressions at the candidate's scan, by bone",
    "episode": "The same with new lesions of later scans on treatment: the whole episode, by bone",
}


@dataclass(frozen=True)
class Sites:
    """What the part shows; there is no plot of what nobody has."""

    plots: tuple[Plot, ...]
    tables: tuple[Grid, ...]
    lesion_marks: Marks
    notes: Notes


def sites(tables: ReleaseTables) -> Sites:
    """Gather the bones, the commonest of patients first."""
    notes = Notes("sites")
    estimates = Estimates(tables, notes)
    marks = estimates.show("lesion_site_share_of_lesions", "site=spine").marks
    grids = tuple(_grid(tables, population) for population in LESION_POPULATION)
    return Sites(tuple(_plots(tables)), grids, marks, notes)


def _grid(tables: ReleaseTables, population: str) -> Grid:
    patients, lesions = _by_site(tables, population)
    rows = [
        (SITES[row["site"]], *_cells(tables, row), *_cells(tables, lesions.get(row["site"])))
        for row in patients
    ]
    heads = ("Bone", "#Patients", "#Share of patients", "#95\u202f% interval")
    more = ("#Lesions", "#Share of lesions", "#95\u202f% interval")
    return grid(f"sites-{population}", _CAPTIONS[population], (*heads, *more), rows)


def _by_site(tables: ReleaseTables, population: str) -> tuple[list[Row], dict[str, Row]]:
    """List the rows of patients, the commonest bone first, and the rows of lesions by bone."""
    table = tables["metric.lesion_site"]
    of = {"protocol": tables.protocol, "population": population}
    patients = sorted(
        table.where(**of, level="patient"),
        key=lambda row: (-(row["share"] or 0), not row["is_suppressed"], list(SITES).index(row["site"])),
    )
    return patients, {row["site"]: row for row in table.where(**of, level="lesion")}


def _cells(tables: ReleaseTables, row: Row | None) -> tuple[Piece, Piece, Piece]:
    if row is None:
        return NOTHING, NOTHING, NOTHING
    table = tables["metric.lesion_site"]
    return table.count(row, "counted"), _share(tables, row), interval_of(table, row, "share") or NOTHING


def _share(tables: ReleaseTables, row: Row) -> Piece:
    table = tables["metric.lesion_site"]
    word = HIDDEN if row["is_suppressed"] else "nobody to measure"
    return table.figure(row, "share", lambda value: with_unit(value, "share"), word)


def _plots(tables: ReleaseTables) -> Iterator[Plot]:
    """Yield a plot of patients and one of lesions, bones in one order; bones that nobody has are left out."""
    patients, lesions = _by_site(tables, LESION_POPULATION[0])
    table = tables["metric.lesion_site"]
    for level, title, rows in (
        ("patients", f"Patients with a new lesion there, 95{THIN}% interval", patients),
        (
            "lesions",
            f"New lesions there, 95{THIN}% interval",
            [lesions[row["site"]] for row in patients if row["site"] in lesions],
        ),
    ):
        dots = [
            Dot(
                SITES[row["site"]],
                row["share"],
                row["ci_low"],
                row["ci_high"],
                table.figure(row, "share", lambda value: with_unit(value, "share")),
            )
            for row in rows
            if row["share"] != 0
        ]
        if any(dot.value for dot in dots):
            picture = interval_plot(
                f"plot-sites-{level}",
                title,
                dots,
                f"Share of {level}, %",
                ends=(0, 100),
                steps=(25,),
                name_width=118,
                factor=100,
            )
            yield Plot("lesion_site", title, picture)


SECTION = Section("sites", "Bones", sites, plots=_plots, is_folded=True)
