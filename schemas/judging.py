"""What the row rules share: the columns that every table carries, and small predicates over a polars frame.

Not here: the rules themselves, which live with their table's contract.
"""

import datetime as dt
from typing import Any

import polars as pl
from pandera.polars import PolarsData

from schemas.contract import derived


def registry_column() -> Any:
    """Declare the column that says who sent the row."""
    return derived("Registry that sent the row.", nullable=False)


def flags_column() -> Any:
    """Declare the column of warning codes."""
    return derived("Warning codes of a row that was kept; empty when there are none.", nullable=False)


def row_number_column() -> Any:
    """Declare the column that leads back to the delivered file."""
    return derived("Data row in the delivered file, counted from 1.", nullable=False)


def rows(data: PolarsData, holds: pl.Expr) -> pl.LazyFrame:
    """Return one boolean per row: whether the rule holds. Unknown is not a breach."""
    return data.lazyframe.select(holds.fill_null(value=True))


def at_or_before(data: PolarsData, first: str, second: str) -> pl.LazyFrame:
    """Hold `first <= second` where both are known."""
    return rows(data, pl.col(first) <= pl.col(second))


def not_before_year(data: PolarsData, column: str, year: int) -> pl.LazyFrame:
    """Hold a date at or after 1 January of a year."""
    return rows(data, pl.col(column) >= dt.date(year, 1, 1))


def between(
    data: PolarsData, column: str, low: float | None, high: float | None, *, open_low: bool = False
) -> pl.LazyFrame:
    """Hold a number inside its bounds; a bound of None is open."""
    holds = pl.lit(value=True)
    if low is not None:
        holds = holds & (pl.col(column) > low if open_low else pl.col(column) >= low)
    if high is not None:
        holds = holds & (pl.col(column) <= high)
    return rows(data, holds)
