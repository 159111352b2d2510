"""Registries beside one another: forest and funnel plot of the share of pseudoprogressions, and their mean.

Not here: everything else by registry (`strata.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bpp_etl.report.estimates import Estimates, dot_of
from bpp_etl.report.grid import Grid, grid
from bpp_etl.report.notes import Notes
from bpp_etl.report.plots.forest import forest_plot, share_axis
from bpp_etl.report.plots.funnel import Place, funnel_plot
from bpp_etl.report.section import Plot, Section
from bpp_etl.report.tables import ReleaseTables, Row
from bpp_etl.report.words import stratum_words

BETWEEN = "registry=*"
MOST_ROWS = 40
"""A forest of more registries than this is not drawn: the funnel shows them all."""
TITLE = "Pseudoprogressions among decided candidates, by registry"
FUNNEL = "The same over the size of the registry"
_ROWS = (
    ("pooled", "Mean of registries like these"),
    ("another_registry", "One more registry"),
    ("heterogeneity", "Cochran's Q"),
    ("i_squared", "I squared"),
)


@dataclass(frozen=True)
class Heterogeneity:
    """What the part shows."""

    plots: tuple[Plot, ...]
    together: Grid
    notes: Notes


def heterogeneity(tables: ReleaseTables) -> Heterogeneity:
    """Gather the shares of the registries and what they come to."""
    notes = Notes("heterogeneity")
    estimates = Estimates(tables, notes)
    rows = []
    for ending, name in _ROWS:
        shown = estimates.show(f"pseudoprogression_share_{ending}", BETWEEN)
        rows.append(
            (
                name,
                shown.estimate,
                shown.interval_cell,
                shown.p_value,
                shown.patients,
                shown.events,
                shown.marks,
            )
        )
    heads = (
        *("Registries together", "#Estimate", "#95\u202f% interval", "#p"),
        *("#Decided", "#Pseudoprogressions", "Notes"),
    )
    caption = "The share of pseudoprogressions in registries like these"
    return Heterogeneity(tuple(_plots(tables)), grid("heterogeneity-together", caption, heads, rows), notes)


def _shares(tables: ReleaseTables) -> list[Row]:
    """List the shares of registries that have any, the largest first."""
    rows = tables["metric.estimate"].where(protocol=tables.protocol, metric="pseudoprogression_share")
    found = [row for row in rows if row["stratum"].startswith("registry=") and row["estimate"] is not None]
    return sorted(found, key=lambda row: (-(row["patients"] or 0), row["stratum"]))


def _plots(tables: ReleaseTables) -> Iterator[Plot]:
    table = tables["metric.estimate"]
    pooled = table.first(protocol=tables.protocol, metric="pseudoprogression_share_pooled", stratum=BETWEEN)
    shares = _shares(tables)
    if pooled is None or pooled["estimate"] is None or len(shares) < 2:
        return

    dots = [dot_of(table, row, stratum_words(row["stratum"])) for row in shares]
    if len(dots) <= MOST_ROWS:
        longest = max(len(one.name) for one in dots)
        axis = share_axis("Pseudoprogressions of decided, %", pooled["estimate"])
        picture = forest_plot(
            "plot-registries-forest",
            TITLE,
            dots,
            axis,
            name_width=min(220, max(90, 24 + int(6.3 * longest))),
            pooled=[dot_of(table, pooled, "Together")],
        )
        yield Plot("estimate", TITLE, picture)
    places = [
        Place(one.name, row["patients"], row["estimate"], one.shown)
        for one, row in zip(dots, shares, strict=True)
        if row["patients"] is not None
    ]
    if places:
        picture = funnel_plot(
            "plot-registries-funnel", FUNNEL, places, pooled["estimate"], "Decided candidates"
        )
        yield Plot("estimate", FUNNEL, picture)


SECTION = Section("heterogeneity", "Between registries", heterogeneity, plots=_plots, is_folded=True)
