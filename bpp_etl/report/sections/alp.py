"""Alkaline phosphatase: its change within patients, its categories, and how well it tells the two apart.

Not here: any use of ALP to decide what is a pseudoprogression; there is none.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from bpp_etl.report.estimates import Estimates, figure_or_word, limits_of
from bpp_etl.report.figures import NOTHING, Piece, text
from bpp_etl.report.grid import Cell, Grid, grid
from bpp_etl.report.notes import Notes
from bpp_etl.report.numbers import THIN, bare, p_value, with_unit
from bpp_etl.report.plots.bars import Bar, Part, bar_plot
from bpp_etl.report.plots.changes import (
    CATEGORIES,
    CATEGORY_KIND,
    MOST_BARS,
    MOST_LINES,
    Change,
    Panel,
    pairs_plot,
    waterfall_plot,
)
from bpp_etl.report.plots.intervals import Dot, interval_plot
from bpp_etl.report.plots.svg import Picture
from bpp_etl.report.plots.thinned import left_out, thinned
from bpp_etl.report.section import Plot, Section
from bpp_etl.report.tables import ReleaseTables, Row
from bpp_etl.report.words import COMPARISONS, stratum_words
from schemas.metrics.bone_alp import BONE_ALP_UNITS

_CATEGORIES = (
    ("alp_decreased_share", "More than {band} below baseline"),
    ("alp_stable_share", "Within {band} of baseline"),
    ("alp_increased_share", "More than {band} above baseline"),
    ("alp_decreased_or_stable_share", "Not more than {band} above baseline"),
)
"""Metric, and its words; the band is the protocol's."""
_DRAWN = "metric.alp_group"
_STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000, 2000, 5000)


@dataclass(frozen=True)
class Alp:
    """What the part shows."""

    plots: tuple[Plot, ...]
    changes: Grid
    bone: Grid
    categories: Grid
    discrimination: Grid
    notes: Notes


def alp(tables: ReleaseTables) -> Alp:
    """Gather everything about ALP."""
    notes = Notes("alp")
    estimates = Estimates(tables, notes)
    return Alp(
        tuple(_plots(tables)),
        _changes(tables, notes),
        _bone(tables, estimates),
        _categories(estimates, f"{tables.told('alp_stable_percent')}\u202f%"),
        _discrimination(estimates),
        notes,
    )


def _name(row: Row) -> str:
    name = COMPARISONS[row["comparison"]]
    return name if row["stratum"] == "all" else f"{name}; {stratum_words(row['stratum']).lower()}"


def _changes(tables: ReleaseTables, notes: Notes) -> Grid:
    table = tables["metric.alp_change"]
    rows: list[tuple[Cell, ...]] = []
    for row in table.where(protocol=tables.protocol):
        quartiles: Piece = NOTHING
        if row["quartile_low"] is not None and row["quartile_high"] is not None:
            quartiles = text(
                table.figure(row, "quartile_low", _bare), " to ", table.figure(row, "quartile_high", _bare)
            )
        has_shift = row["shift"] is not None
        rows.append(
            (
                _name(row),
                table.count(row, "patients"),
                figure_or_word(table, row, "median", _bare),
                quartiles,
                figure_or_word(table, row, "shift", _bare),
                (limits_of(table, row, "U/L") if has_shift else None) or NOTHING,
                table.figure(row, "p_value", p_value) if row["p_value"] is not None else NOTHING,
                notes.marks(row["warnings"]),
            )
        )
    heads = ("Change", "#Patients", "#Median", "#Quartiles", "#Shift", "#95\u202f% interval", "#p", "Notes")
    return grid(
        "alp-changes",
        "Change of total ALP within patients, U/L: in pseudoprogressions, and where it is said in others",
        heads,
        rows,
    )


def _bare(value: float) -> str:
    return bare(value, "U/L")


def _bone(tables: ReleaseTables, estimates: Estimates) -> Grid:
    rows: list[tuple[Cell, ...]] = []
    for name, unit in BONE_ALP_UNITS.items():
        for moment, words in (("event", "At the event"), ("progression", "At progression")):
            metric = f"{name}_change_at_{moment}"
            row = tables["metric.estimate"].first(protocol=tables.protocol, metric=metric, stratum="all")
            if row is None or row["patients"] == 0:
                continue
            shown, median = estimates.of_row(row), estimates.show(f"{metric}_median")
            rows.append(
                (
                    f"{words}, against baseline; measured in {unit}",
                    shown.patients,
                    median.estimate,
                    shown.estimate,
                    shown.interval_cell,
                    shown.p_value,
                    shown.marks,
                )
            )
    heads = ("Change", "#Patients", "#Median", "#Shift", "#95\u202f% interval", "#p", "Notes")
    nothing = "No pseudoprogression has bone ALP at baseline and at the event or progression."
    return grid("alp-bone", "Change of bone ALP within pseudoprogressions", heads, rows, nothing=nothing)


def _categories(estimates: Estimates, band: str) -> Grid:
    groups = ("all", "state=true_progression")
    return grid(
        "alp-categories",
        "ALP against baseline, with 95\u202f% interval",
        (
            "ALP",
            "#Pseudoprogressions, at the event",
            "#True progressions",
            "#Pseudoprogressions, at progression",
        ),
        [
            (
                name.format(band=band),
                *(estimates.show(metric, group).in_brief for group in groups),
                estimates.show(metric.replace("alp_", "alp_progression_", 1)).in_brief,
            )
            for metric, name in _CATEGORIES
        ],
    )


def _discrimination(estimates: Estimates) -> Grid:
    rows: list[tuple[Cell, ...]] = []
    names = (
        ("all", "Against every true progression"),
        ("progression=bone", "Against true progressions of bone"),
        ("progression=later", "Against true progressions that showed after the candidate's scan"),
    )
    for group, name in names:
        shown = estimates.show("alp_discrimination", group)
        rows.append((name, shown.estimate, shown.interval_cell, shown.patients, shown.events, shown.marks))
    heads = (
        "Pseudoprogressions compared",
        "#Area",
        "#95\u202f% interval",
        "#Patients",
        "#True progressions",
        "Notes",
    )
    caption = "Chance that ALP rose more in a true progression than in a pseudoprogression"
    return grid("alp-discrimination", caption, heads, rows)


def _plots(tables: ReleaseTables) -> Iterator[Plot]:
    shifts, categories = _shift_plot(tables), _category_plot(tables)
    for plot in (waterfall_of(tables), pairs_of(tables)):
        if plot:
            yield plot
    if shifts:
        title = f"Shift of ALP within patients (Hodges-Lehmann), with 95{THIN}% interval"
        yield Plot("alp_change", title, shifts)
    if categories:
        yield Plot("alp_change", "ALP at the event against baseline", categories)


def waterfall_of(tables: ReleaseTables) -> Plot | None:
    """Draw how ALP had changed at the event; None where nobody has both values."""
    panels, notes = [], []
    for stratum, name in (("all", "Pseudoprogressions"), ("state=true_progression", "True progressions")):
        changes = _changes_of(tables, "waterfall", stratum)
        if changes:
            panels.append(Panel(name, thinned(changes, MOST_BARS)))
            note = left_out(changes, MOST_BARS, _DRAWN)
            notes += [f"{name}: {note}"] if note else []
    if not panels:
        return None
    title = "Change of ALP at the event"
    picture = waterfall_plot("plot-alp-waterfall", title, panels)
    return Plot("alp_group", f"{title}: waterfall", picture, " ".join(notes))


def pairs_of(tables: ReleaseTables) -> Plot | None:
    """Draw the changes of ALP at the event and at progression; None where nobody has all values."""
    changes = _changes_of(tables, "paired", "all")
    if not changes:
        return None
    title = "Change of ALP at the event and at progression, in pseudoprogressions"
    picture = pairs_plot("plot-alp-pairs", title, thinned(changes, MOST_LINES))
    return Plot("alp_group", f"{title}: pairs", picture, left_out(changes, MOST_LINES, _DRAWN))


def _changes_of(tables: ReleaseTables, picture: str, stratum: str) -> tuple[Change, ...]:
    rows = tables["metric.alp_group"].where(protocol=tables.protocol, picture=picture, stratum=stratum)
    return tuple(
        Change(
            row["patients"],
            row["change_at_event"],
            row["change_at_progression"],
            row["category_at_event"],
        )
        for row in sorted(rows, key=lambda row: int(row["position"]))
    )


def _category_plot(tables: ReleaseTables) -> Picture | None:
    table = tables["metric.estimate"]
    bars = []
    for group, name in (("all", "Pseudoprogressions"), ("state=true_progression", "True progressions")):
        parts = []
        for (category, words), (metric, _) in zip(CATEGORIES, _CATEGORIES, strict=False):
            row = table.first(protocol=tables.protocol, metric=metric, stratum=group)
            parts.append(Part(CATEGORY_KIND[category], words, row["estimate"] if row else None))
        if any(part.share for part in parts):
            bars.append(Bar(name, tuple(parts)))
    kinds = [(CATEGORY_KIND[category], words) for category, words in CATEGORIES]
    return bar_plot("plot-alp-categories", "ALP at the event against baseline", bars, kinds) if bars else None


def _shift_plot(tables: ReleaseTables) -> Picture | None:
    table = tables["metric.alp_change"]
    rows = [
        row
        for row in table.where(protocol=tables.protocol)
        if row["stratum"] in ("all", "state=true_progression")
    ]
    known = [
        value for row in rows for value in (row["shift"], row["ci_low"], row["ci_high"]) if value is not None
    ]
    if not known:
        return None
    reach = max(*(abs(value) for value in known), 1.0)
    step = next((step for step in _STEPS if reach / step <= 4), _STEPS[-1])
    low = math.floor(min(0.0, *known) / step) * step
    high = math.ceil(max(0.0, *known) / step) * step
    short = {
        "event_minus_baseline": "event − baseline",
        "progression_minus_baseline": "progression − baseline",
        "progression_minus_event": "progression − event",
    }
    dots = [
        Dot(
            short[row["comparison"]] if row["stratum"] == "all" else "… in true progressions",
            row["shift"],
            row["ci_low"],
            row["ci_high"],
            figure_or_word(table, row, "shift", lambda value: with_unit(value, "U/L")),
        )
        for row in rows
    ]
    return interval_plot(
        "plot-alp",
        "Change of ALP within patients",
        dots,
        "Shift of total ALP, U/L",
        ends=(low, high),
        steps=_STEPS,
        name_width=152,
        zero=0,
    )


SECTION = Section("alp", "Alkaline phosphatase", alp, plots=_plots)
