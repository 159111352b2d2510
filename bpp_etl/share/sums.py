"""Writes `sums.parquet`: what a share is pooled by, row by row of the metric tables and day by day.

Not here: what of it may be told (`bpp_etl/disclosure`), and adding it up (`pooling.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bpp_etl.disclosure.publish import Told
from bpp_etl.measure.rows import Row
from bpp_etl.measure.steps import Left
from bpp_etl.measure.write import MEASURED
from bpp_etl.warehouse.connection import in_memory, literal
from bpp_etl.warehouse.ddl import column_list, create_table, describe, describe_table, insert_rows
from schemas.contract import columns_of, key_of
from schemas.sums import Sums

FILE = "sums.parquet"
AGAIN = ("paper_comparison", "event_rule")
"""Tables whose counts stand in others too."""

Line = tuple[str, str, tuple[str, ...], str, int, float | None]
"""Protocol, table, row, quantity, day and value."""


def sum_lines(told: Told) -> Iterator[Line]:
    """Yield every sum that may be told of a measurement, and an empty one for each that may not."""
    for row in told.rows:
        if row.table not in AGAIN:
            yield from _of_row(row)
    for left in told.left:
        yield from _of_time(left)


def write_sums(told: Told, target: Path) -> None:
    """Write the sums, with grain, key and the description of each column in the file's own metadata."""
    lines = sorted(sum_lines(told), key=lambda line: line[:5])
    columns = columns_of(Sums)
    about = {"sums": describe_table(Sums), **{column.name: describe(column) for column in columns}}
    metadata = ", ".join(f"{literal(name)}: {literal(text)}" for name, text in about.items())
    with in_memory() as con:
        create_table(con, "share", "sums", Sums)
        insert_rows(con, "share", "sums", lines, Sums)
        con.execute(
            f"copy (select {column_list(columns)} from share.sums) to {literal(str(target))}"
            f" (format parquet, kv_metadata {{{metadata}}})"
        )


def _of_row(row: Row) -> Iterator[Line]:
    _, contract = MEASURED[row.table]
    protocol, *named = (str(row.values[name]) for name in key_of(contract))
    numbers = {**{name: row.values[name] for name in row.counts}, **row.sums}
    for quantity, value in numbers.items():
        yield protocol, row.table, tuple(named), quantity, 0, None if value is None else float(str(value))


def _of_time(left: Left) -> Iterator[Line]:
    place = left.place
    where = (place.protocol, place.table, (place.metric, place.stratum))
    yield (*where, "patients", 0, None if left.patients is None else float(left.patients))
    for quantity, days in left.by_day.items():
        for day, number in days.items():
            yield (*where, quantity, day, float(number))
