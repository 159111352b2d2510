"""What contracts share: the columns that every table carries, and small predicates for the laws of rows.

Not here: the laws themselves, which stand in their table's contract.
"""

import datetime as dt
from typing import Any

import polars as pl

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


def at_or_before(first: str, second: str) -> pl.Expr:
    """Hold `first <= second`."""
    return pl.col(first) <= pl.col(second)


def not_before_year(column: str, year: int) -> pl.Expr:
    """Hold a date at or after 1 January of a year."""
    return pl.col(column) >= dt.date(year, 1, 1)


def at_least(column: str, low: float) -> pl.Expr:
    """Hold a number at or above a bound."""
    return pl.col(column) >= low


def above(column: str, low: float) -> pl.Expr:
    """Hold a number above a bound."""
    return pl.col(column) > low


def between(column: str, low: float, high: float) -> pl.Expr:
    """Hold a number inside its bounds, which count as inside."""
    return (pl.col(column) >= low) & (pl.col(column) <= high)
