"""What a pool lacks, as its report shows it: counts that sites keep, with bounds, and metrics without a sum.

Not here: the bounds themselves (`kept.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from bpp_etl.report.figures import NOTHING, Code, Piece, text
from bpp_etl.report.grid import Cell, Grid, grid
from bpp_etl.report.numbers import THIN, whole
from bpp_etl.report.tables import ReleaseTables, Row, Table

MOST_KEPT = 40
"""More rows than this are counted, not listed."""


@dataclass(frozen=True)
class Missing:
    """What the pool lacks: sums that sites keep, and metrics that no sums give."""

    kept: Grid
    rows: int
    left_out: int
    not_pooled: Grid


def missing(tables: ReleaseTables) -> Missing:
    """Gather what sites keep of everyone, and what sums do not give."""
    table = tables["metric.kept"]
    own = [row for row in table.where(protocol=tables.protocol) if "all" in row["row"]]
    rows: list[tuple[Cell, ...]] = [
        (
            Code(row["table"]),
            " ".join(name for name in row["row"] if name != "all"),
            row["quantity"],
            ", ".join(str(site) for site in row["sites"]),
            table.figure(row, "lowest", lambda value: whole(int(value))),
            table.figure(row, "highest", lambda value: whole(int(value)), "not bounded"),
        )
        for row in own[:MOST_KEPT]
    ]
    heads = ("Table", "Row", "Counted", "Kept at site", "#At least", "#At most")
    not_pooled = [(Code(row["metric"]), row["reason"]) for row in tables["meta.not_pooled"].rows]
    return Missing(
        grid(
            "missing-kept", "Sums over everyone that a site keeps", heads, rows, nothing="No site keeps any."
        ),
        len(table.rows),
        len(own) - len(rows),
        grid("missing-metrics", "Metrics that are not pooled", ("Metric", "Why"), not_pooled),
    )


def counted(tables: ReleaseTables, table: Table, row: Row, of: str, field: str) -> Piece:
    """Show a count; one that a site keeps by its bounds."""
    if row[field] is not None:
        return table.count(row, field)
    kept = kept_of(tables, of, row, field)
    if kept is None:
        return NOTHING
    bounds = tables["metric.kept"]
    low = bounds.figure(kept, "lowest", lambda value: whole(int(value)))
    high = bounds.figure(kept, "highest", lambda value: whole(int(value)), "?")
    return text(low, f"{THIN}to{THIN}", high)


def bounds_of(
    tables: ReleaseTables, table: str, row: Row, quantity: str
) -> tuple[float | None, float | None]:
    """Return between what a count lies: twice itself where every site tells it."""
    if row[quantity] is not None:
        return row[quantity], row[quantity]
    kept = kept_of(tables, table, row, quantity)
    return (None, None) if kept is None else (kept["lowest"], kept["highest"])


def kept_of(tables: ReleaseTables, table: str, row: Row, quantity: str) -> Row | None:
    """Find what sites keep of one cell of a table; None where they tell it."""
    key = [str(row[name]) for name in tables[f"metric.{table}"].key[1:]]
    for one in tables["metric.kept"].rows:
        named = one["protocol"], one["table"], one["quantity"]
        if named == (row["protocol"], table, quantity) and list(one["row"]) == key:
            return one
    return None
