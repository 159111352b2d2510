"""How large a further study must be: for a hazard ratio by HER2, and for the share of pseudoprogressions.

Not here: the smallest ratio that these patients can show (`her2.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from bpp_etl.report.estimates import Estimates
from bpp_etl.report.grid import Cell, Grid, grid
from bpp_etl.report.notes import Notes
from bpp_etl.report.section import Section
from bpp_etl.report.tables import ReleaseTables
from schemas.metrics.planning import HALF_WIDTHS, POWERS, RATIOS


@dataclass(frozen=True)
class Planning:
    """What the part shows."""

    events: Grid
    patients: Grid
    notes: Notes


def planning(tables: ReleaseTables) -> Planning:
    """Gather every plan."""
    notes = Notes("planning")
    estimates = Estimates(tables, notes)
    events: list[tuple[Cell, ...]] = [
        (
            f"{ratio:g}",
            *(
                estimates.show(f"{what}_needed_for_{power}_percent_power", f"ratio={ratio:g}").in_brief
                for power in POWERS
                for what in ("events", "pseudoprogressions")
            ),
        )
        for ratio in RATIOS
    ]
    patients: list[tuple[Cell, ...]] = [
        (
            f"{width} percentage points",
            *(
                estimates.show(f"{what}_needed_for_share", f"half_width={width}").in_brief
                for what in ("candidates", "first_lines")
            ),
        )
        for width in HALF_WIDTHS
    ]
    columns = [
        f"#{words}, {power}\u202f% power"
        for power in POWERS
        for words in ("Progressions", "Pseudoprogressions")
    ]
    return Planning(
        grid(
            "planning-events",
            "To see a hazard ratio of HER2 positive over negative",
            ("Hazard ratio", *columns),
            events,
        ),
        grid(
            "planning-patients",
            "To know the share of pseudoprogressions to within so much",
            ("Half width of the 95\u202f% interval", "#Decided candidates", "#Patients with a first line"),
            patients,
        ),
        notes,
    )


SECTION = Section("planning", "A further study", planning, is_folded=True)
