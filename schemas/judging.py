"""What contracts share: the columns that every table carries, and the order of two dates of a row.

Not here: the bounds of one column (`schemas/bounds.py`), and the laws, which stand in their table's contract.
"""

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
