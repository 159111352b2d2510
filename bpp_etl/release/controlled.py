"""The report of a release where it is to be the controlled one: what may leave the house, of exact tables.

Not here: what is hidden (`bpp_etl/disclosure`), and shares, which also look at every share before
(`bpp_etl/share`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bpp_etl.disclosure import DEFAULT_THRESHOLD, rows_told
from bpp_etl.disclosure.quality import STAYS, TOLD, kept_in_flow, quality_told
from bpp_etl.measure.run import Measured
from bpp_etl.measure.write import write_metrics
from bpp_etl.report.tables import ReleaseTables, Row, Table, read_release, read_tables
from bpp_etl.warehouse.connection import opened, transaction
from schemas.metric import METRIC_TABLES

RECORD = "controlled.duckdb"
"""What may be told of the metrics, between the two steps in which a release is built; never published."""


def write_controlled(measured: Measured, building: Path) -> None:
    """Note what may be told of a measurement beside the release that is built of it."""
    unknown = replace(measured, tally=replace(measured.tally, told=set()))
    with opened(building / RECORD) as con, transaction(con):
        write_metrics(con, measured.protocols, rows_told(unknown, DEFAULT_THRESHOLD))


def controlled_tables(release: Path, building: Path) -> ReleaseTables | None:
    """Read what the report may show, and remove what was noted; None where nothing was: it is exact."""
    noted = building / RECORD
    if not noted.is_file():
        return None
    exact = read_release(release)
    metrics = read_tables(noted, [f"metric.{name}" for name in METRIC_TABLES])
    told = quality_told(
        {name: exact[f"quality.{name}"].rows for name in TOLD},
        DEFAULT_THRESHOLD,
        kept_in_flow(metrics["metric.flow"].rows),
    )
    tables = {
        **exact.tables,
        **metrics,
        **{f"quality.{name}": _with_rows(exact[f"quality.{name}"], rows) for name, rows in told.items()},
        **{
            f"quality.{name}": _with_rows(exact[f"quality.{name}"], [])
            for name in STAYS
            if f"quality.{name}" in exact.tables
        },
    }
    noted.unlink()
    return replace(exact, tables=tables, is_controlled=True)


def _with_rows(table: Table, rows: Sequence[Row]) -> Table:
    return replace(table, rows=tuple(rows))
