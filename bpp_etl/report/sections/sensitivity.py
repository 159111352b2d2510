"""The headline numbers without each flag: how far they rest on evidence that something may be said against.

Not here: what a flag means (`docs/rules.md`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bpp_etl.report.estimates import Estimates, dot_of
from bpp_etl.report.figures import Code, Piece, text
from bpp_etl.report.grid import Grid, grid
from bpp_etl.report.notes import Notes
from bpp_etl.report.plots.forest import forest_plot, share_axis
from bpp_etl.report.section import Plot, Section
from bpp_etl.report.tables import ReleaseTables
from schemas.metrics.sensitivity import SHOWN_WITHOUT_FLAGS

TITLE = "Share of pseudoprogressions without each flag"
_HEADS = {
    "pseudoprogression_share": "#Share",
    "time_to_pseudoprogression": "#Start to event",
    "pseudoprogression_to_progression": "#Event to progression",
    "candidate_to_progression": "#Candidate to progression",
    "alp_change_at_event_median": "#ALP at the event",
}


@dataclass(frozen=True)
class Sensitivity:
    """What the part shows."""

    plots: tuple[Plot, ...]
    numbers: Grid
    notes: Notes


def sensitivity(tables: ReleaseTables) -> Sensitivity:
    """Gather the headline numbers in each stratum without a flag."""
    notes = Notes("sensitivity")
    estimates = Estimates(tables, notes)
    rows: list[tuple[Piece | str, ...]] = []
    for stratum in _strata(tables):
        shown = [estimates.show(metric, stratum) for metric in SHOWN_WITHOUT_FLAGS]
        rows.append((_name(stratum), shown[0].patients, *(one.in_brief for one in shown)))
    heads = ("Candidates", "#Decided", *(_HEADS[metric] for metric in SHOWN_WITHOUT_FLAGS))
    caption = "Headline numbers without the candidates that carry a flag, with 95\u202f% interval"
    return Sensitivity(tuple(_plots(tables)), grid("sensitivity-numbers", caption, heads, rows), notes)


def _strata(tables: ReleaseTables) -> list[str]:
    rows = tables["metric.estimate"].where(protocol=tables.protocol, metric="pseudoprogression_share")
    return ["all", *(row["stratum"] for row in rows if row["stratum"].startswith("flag"))]


def _name(stratum: str) -> Piece | str:
    if stratum.startswith("flag!="):
        return text("Without ", Code(stratum.removeprefix("flag!=")))
    return "Everybody" if stratum == "all" else "Without any flag"


def _plots(tables: ReleaseTables) -> Iterator[Plot]:
    table = tables["metric.estimate"]
    dots = []
    for stratum in _strata(tables):
        row = table.first(protocol=tables.protocol, metric="pseudoprogression_share", stratum=stratum)
        if row is not None:
            name = stratum.removeprefix("flag!=").replace("_", " ")
            words = {"all": "everybody", "flags=none": "without any flag"}.get(name, name)
            dots.append(dot_of(table, row, words))
    if len(dots) > 1 and any(dot.value is not None for dot in dots):
        axis = share_axis("Pseudoprogressions of decided, %", dots[0].value)
        yield Plot("estimate", TITLE, forest_plot("plot-sensitivity", TITLE, dots, axis, name_width=176))


SECTION = Section("sensitivity", "Sensitivity to flags", sensitivity, plots=_plots, is_folded=True)
