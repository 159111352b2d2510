"""What one output table is: its columns as data, with name, label, kind and source, and the SELECT behind it.

Not here: which tables a format has (its own module), and how a cell is written (`cells.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bpp_etl.warehouse.select import Select

PACKAGE = "bpp_etl.export"

Kind = Literal["id", "text", "exact", "number", "count", "whole", "date"]
"""An id is kept whole or not at all, and a text may be cut; an exact one is told as it is, for it is a code
of ours, or fits already. A count is a whole number, and a whole one may be of any size."""


@dataclass(frozen=True)
class Column:
    """One column of an output table; `source` says where in the release its value comes from."""

    name: str
    label: str
    kind: Kind
    source: str

    @property
    def selected(self) -> str:
        """Name the column of the SELECT that it shows."""
        return self.name.lower()


@dataclass(frozen=True)
class Dataset:
    """One output table: `grain` says what a row is, `key` which columns name one."""

    name: str
    title: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def select(self) -> Select:
        """Name the SELECT file that yields its rows; its columns are those declared, in small letters."""
        return Select(PACKAGE, self.name.lower())
