"""The leading numbers once more: for each registry, and without patients whose evidence was refused.

Not here: HER2 strata (`her2.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from bpp_etl.report.estimates import Estimates
from bpp_etl.report.grid import Cell, Grid, grid
from bpp_etl.report.notes import Notes
from bpp_etl.report.section import Section
from bpp_etl.report.tables import ReleaseTables
from bpp_etl.report.words import stratum_words

_COLUMNS = (
    ("pseudoprogression_share", "Share among decided"),
    ("time_to_pseudoprogression", "Start to pseudoprogression"),
    ("pseudoprogression_to_progression", "Pseudoprogression to progression"),
    ("candidate_to_progression", "Candidate to progression"),
    ("pseudoprogression_incidence_365_days", "Incidence in 365 days, the undecided imputed"),
)
_INCIDENCE_BOUNDS = (
    "pseudoprogression_incidence_lowest_365_days",
    "pseudoprogression_incidence_highest_365_days",
)
_BOUNDS = (
    ("pseudoprogression_share", "Of the candidates that could be decided"),
    ("pseudoprogression_share_unread_as_none", "With those whose CTs are not read for progression, as none"),
    ("pseudoprogression_share_unread_as_one", "With those whose CTs are not read for progression, as one"),
    ("pseudoprogression_share_lowest", "If every undecided candidate were none"),
    ("pseudoprogression_share_highest", "If every undecided candidate were one"),
    ("pseudoprogression_share_lowest_with_refused", "If none of those refused at the gate were one either"),
    ("pseudoprogression_share_highest_with_refused", "If all of those refused at the gate were one too"),
)
BETWEEN = "registry=*"


@dataclass(frozen=True)
class Strata:
    """What the part shows."""

    bounds: Grid
    table: Grid
    between: Grid
    notes: Notes


def strata(tables: ReleaseTables) -> Strata:
    """Gather the leading numbers by stratum."""
    notes = Notes("strata")
    estimates = Estimates(tables, notes)
    measured = tables["metric.estimate"].where(protocol=tables.protocol)
    registries = sorted(
        {row["stratum"] for row in measured if row["stratum"].startswith("registry=")} - {BETWEEN}
    )
    rows: list[tuple[Cell, ...]] = [
        (
            stratum_words(stratum),
            *(estimates.show(metric, stratum).in_brief for metric, _ in _COLUMNS),
            estimates.between(*_INCIDENCE_BOUNDS, stratum),
        )
        for stratum in ("all", *registries, "evidence=complete")
    ]
    return Strata(
        bounds=_bounds(estimates),
        table=grid(
            "strata-table",
            "Leading numbers by registry, with 95\u202f% intervals",
            (
                "Patients",
                *(f"#{name}" for _, name in _COLUMNS),
                "#… were all of them none, to all of them one",
            ),
            rows,
        ),
        between=_between(estimates),
        notes=notes,
    )


def _bounds(estimates: Estimates) -> Grid:
    rows: list[tuple[Cell, ...]] = []
    for metric, name in _BOUNDS:
        shown = estimates.show(metric)
        rows.append((name, shown.estimate, shown.interval_cell, shown.events, shown.patients, shown.marks))
    heads = (
        "Share of pseudoprogressions",
        "#Share",
        "#95\u202f% interval",
        "#Pseudoprogressions",
        "#Of",
        "Notes",
    )
    return grid(
        "strata-bounds",
        "How many candidates are pseudoprogressions, and how far that could move",
        heads,
        rows,
    )


def _between(estimates: Estimates) -> Grid:
    shown = estimates.show("pseudoprogression_to_progression_log_rank", BETWEEN)
    row = (
        "Pseudoprogression to progression",
        shown.estimate,
        shown.p_value,
        shown.patients,
        shown.events,
        shown.marks,
    )
    heads = ("Log-rank test between registries", "#Statistic", "#p", "#Patients", "#Events", "Notes")
    return grid("strata-between", "Do registries differ?", heads, [row])


SECTION = Section("strata", "Share of pseudoprogressions", strata, is_folded=True)
