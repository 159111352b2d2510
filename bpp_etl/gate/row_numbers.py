"""Sets of row numbers: how the rules that are SQL tell which rows break them.

Not here: any rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import polars as pl

from bpp_etl.warehouse.connection import Connection
from bpp_etl.warehouse.parsed import parsed

Numbers = pl.Series
"""Numbers of rows that break a rule, as 64-bit integers."""

NONE: Numbers = pl.Series("row_number", [], dtype=pl.Int64)


def select_numbers(con: Connection, sql: str, parameters: Mapping[str, object] | None = None) -> Numbers:
    """Run a query that yields `row_number`."""
    found = con.execute(parsed(con, sql), parameters).fetchnumpy()["row_number"]
    return pl.Series("row_number", found, dtype=pl.Int64)


@contextmanager
def shown(con: Connection, name: str, frame: pl.DataFrame) -> Iterator[None]:
    """Show a frame to the database as a relation of a name, for as long as it is needed."""
    con.register(name, frame.to_arrow())
    try:
        yield
    finally:
        con.unregister(name)
