"""Bounds of one column: declared once, judged as an expression and told as they are.

Not here: the laws that hold columns to them, which stand in their table's contract.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import reduce
from operator import and_

import polars as pl


@dataclass(frozen=True)
class Bounds:
    """The range of a column, open where one side is None; `low` itself is outside where it is excluded."""

    column: str
    low: float | dt.date | None = None
    high: float | dt.date | None = None
    is_low_excluded: bool = False

    @property
    def expression(self) -> pl.Expr:
        """Hold the column inside its bounds."""
        column, held = pl.col(self.column), []
        if self.low is not None:
            held.append(column > self.low if self.is_low_excluded else column >= self.low)
        if self.high is not None:
            held.append(column <= self.high)
        return reduce(and_, held)


def not_before_year(column: str, year: int) -> Bounds:
    """Hold a date at or after 1 January of a year."""
    return Bounds(column, dt.date(year, 1, 1))


def at_least(column: str, low: float) -> Bounds:
    """Hold a number at or above a bound."""
    return Bounds(column, low)


def above(column: str, low: float) -> Bounds:
    """Hold a number above a bound."""
    return Bounds(column, low, is_low_excluded=True)


def between(column: str, low: float, high: float) -> Bounds:
    """Hold a number inside its bounds, which count as inside."""
    return Bounds(column, low, high)
