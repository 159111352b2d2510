"""Progression by HER2 status: curves, medians by group, and the comparison with what it could have detected.

Not here: how HER2 status is found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bpp_etl.report.estimates import Estimates
from bpp_etl.report.grid import Cell, Grid, grid, spread
from bpp_etl.report.notes import Notes
from bpp_etl.report.plots.survival import survival_plot
from bpp_etl.report.section import Plot, Section
from bpp_etl.report.sections.times import TIMES, curve_of, median_grid
from bpp_etl.report.tables import ReleaseTables
from bpp_etl.report.words import stratum_words

GROUPS = ("her2=positive", "her2=negative", "her2=indeterminate", "her2=unknown")
COMPARED = GROUPS[:2]
BETWEEN = "her2=positive/negative"
_TIMES = tuple(
    time
    for time in TIMES
    if time.metric in ("pseudoprogression_to_progression", "confirmation_to_progression")
)
_ROWS = (
    ("hazard_ratio", "Hazard ratio"),
    ("log_rank", "Log-rank statistic"),
    ("detectable_ratio", "Smallest detectable ratio"),
)

_ALP = (
    ("alp_change_at_event", "From baseline to the event"),
    ("alp_change_at_progression", "From baseline to progression"),
)


@dataclass(frozen=True)
class Her2:
    """What the part shows."""

    plots: tuple[Plot, ...]
    medians: Grid
    comparison: Grid
    alp: Grid
    shares: Grid
    notes: Notes


def her2(tables: ReleaseTables) -> Her2:
    """Gather the comparison by HER2 status."""
    notes = Notes("her2")
    estimates = Estimates(tables, notes)
    leads = [("pseudoprogression_to_progression", stratum_words(group), group) for group in GROUPS]
    medians = median_grid(
        "her2-medians",
        "From the pseudoprogression to progression, by HER2 status",
        leads,
        estimates,
        head="HER2 status",
    )
    return Her2(
        tuple(_plots(tables)), medians, _comparison(estimates), _alp(estimates), _shares(estimates), notes
    )


def _plots(tables: ReleaseTables) -> Iterator[Plot]:
    """Yield the curves of both groups for each time to progression; there is none of nobody."""
    for time in _TIMES:
        curves = [
            curve for curve in (curve_of(tables, time.metric, group) for group in COMPARED) if curve.steps
        ]
        if curves:
            anchor = f"plot-her2-{time.metric.replace('_', '-')}"
            title = f"{time.name}, by HER2 status"
            picture = survival_plot(anchor, title, curves, time.axis, time.outcome, is_by_group=True)
            yield Plot("survival_curve", title, picture)


def _comparison(estimates: Estimates) -> Grid:
    rows: list[tuple[Cell, ...]] = []
    for time in _TIMES:
        group: list[tuple[Cell, ...]] = []
        for ending, name in _ROWS:
            shown = estimates.show(f"{time.metric}_{ending}", BETWEEN)
            group.append(
                (
                    time.name,
                    name,
                    shown.estimate,
                    shown.interval_cell,
                    shown.p_value,
                    shown.patients,
                    shown.events,
                    shown.marks,
                )
            )
        rows += spread(group, 0)
    heads = ("Time", "Comparison", "#Estimate", "#95\u202f% interval", "#p", "#Patients", "#Events", "Notes")
    return grid("her2-comparison", "HER2 positive compared with HER2 negative", heads, rows)


def _alp(estimates: Estimates) -> Grid:
    rows: list[tuple[Cell, ...]] = []
    for metric, name in _ALP:
        told = [(stratum_words(group), estimates.show(metric, group)) for group in COMPARED]
        told.append(("Positive less negative", estimates.show(f"{metric}_difference", BETWEEN)))
        group = [
            (name, who, one.estimate, one.interval_cell, one.p_value, one.patients, one.marks)
            for who, one in told
        ]
        rows += spread(group, 0)
    heads = ("Change", "HER2 status", "#Shift", "#95\u202f% interval", "#p", "#Patients", "Notes")
    caption = (
        "Change of total ALP in pseudoprogressions, by HER2 status: each group tested in pairs, and the two "
        "against each other, where alone a difference between them shows"
    )
    return grid("her2-alp", caption, heads, rows)


def _shares(estimates: Estimates) -> Grid:
    return grid(
        "her2-shares",
        "Pseudoprogressions among decided candidates, and how often they were scanned, by HER2 status",
        ("HER2 status", "#Share, 95\u202f% interval", "#Median CT interval", "#CTs on time"),
        [
            (
                stratum_words(group),
                estimates.show("pseudoprogression_share", group).in_brief,
                estimates.show("pseudoprogression_cadence_interval", group).in_brief,
                estimates.show("pseudoprogression_cadence_on_time_share", group).in_brief,
            )
            for group in GROUPS
        ],
    )


SECTION = Section("her2", "HER2", her2, plots=_plots)
