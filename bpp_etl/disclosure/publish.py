"""Measures a release and writes what may be told of it into `metric` and `quality.event_rule`.

Not here: measuring (`bpp_etl/measure`), and which counts are hidden (`hiding.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bpp_etl.disclosure.curves import curve_rows
from bpp_etl.disclosure.groups import alike_rows
from bpp_etl.disclosure.hiding import disclosed, hidden_cells
from bpp_etl.events import Protocol
from bpp_etl.measure.rows import Row
from bpp_etl.measure.run import Measured, measure
from bpp_etl.measure.write import create_measured_tables, write_rows
from bpp_etl.warehouse.connection import Connection

DEFAULT_THRESHOLD = 5
"""Smallest number of patients that is told, apart from none."""


@dataclass(frozen=True)
class MetricSummary:
    """What was written: rows by table, and how many of them disclosure control touched."""

    protocols: tuple[str, ...]
    threshold: int
    rows: dict[str, int]
    suppressed: int


def publish_metrics(
    con: Connection, *, protocols: Sequence[Protocol], threshold: int = DEFAULT_THRESHOLD
) -> MetricSummary:
    """Create and fill `metric.*` and `quality.event_rule` from `core` and `event` of the catalog in use.

    Counts of 1 to `threshold` - 1 patients are left empty with what would reveal them; 0 switches that off.
    The caller owns the transaction.
    """
    measured = measure(con, protocols)
    told = rows_told(measured, threshold)
    create_measured_tables(con)
    return MetricSummary(
        protocols=measured.protocols,
        threshold=threshold,
        rows=write_rows(con, told),
        suppressed=sum(bool(row.values.get("is_suppressed")) for row in told),
    )


def rows_told(measured: Measured, threshold: int) -> list[Row]:
    """Build the rows that may be told, in the order in which they are written."""
    tally = measured.tally
    hidden = hidden_cells(tally, {cell for row in measured.rows for cell in row.cells}, threshold)
    told = list(disclosed(measured.rows, tally, hidden, threshold))
    for curve in measured.curves:
        told += curve_rows(curve, tally, hidden, threshold)
    for patients in measured.alike:
        told += alike_rows(patients, hidden, threshold)
    return told
