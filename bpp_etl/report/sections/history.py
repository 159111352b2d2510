"""The releases so far, and the deliveries that each was built on: the end of the part on data quality.

Not here: what changed between two of them in numbers.
"""

from __future__ import annotations

from bpp_etl.report.figures import Code
from bpp_etl.report.grid import Cell, Grid, grid, spread
from bpp_etl.report.tables import ReleaseTables

SHOWN = 6
"""Releases that are listed, the newest first."""


def history(tables: ReleaseTables) -> Grid:
    """Gather the newest releases."""
    table = tables["quality.history"]
    newest = sorted({row["release_id"] for row in table.rows}, reverse=True)[:SHOWN]
    rows: list[tuple[Cell, ...]] = []
    for release_id in newest:
        group: list[tuple[Cell, ...]] = [
            (
                Code(release_id),
                row["registry"],
                Code(row["delivery"]),
                "admitted" if row["status"] == "admitted" else "shut",
                *(table.count(row, field) for field in ("delivered", "admitted", "refused")),
            )
            for row in sorted(
                table.where(release_id=release_id), key=lambda row: (row["registry"], row["delivery"])
            )
        ]
        rows += spread(group, 0)
    heads = ("Release", "Registry", "Delivery", "Gate", "#Delivered", "#Admitted", "#Refused")
    return grid("history-table", "The newest releases and their deliveries", heads, rows)
