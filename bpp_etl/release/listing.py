"""What a release lists of itself, tables or columns, for a reader to see whole: every row, its words in full.

Not here: what is listed (`open.py`).
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from bpp_etl.pages.plain_text import table

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl


@dataclass(frozen=True, repr=False)
class Listing:
    """Rows, one column of which holds `words`. `show()` prints all; `relation` is DuckDB's own."""

    relation: duckdb.DuckDBPyRelation
    words: str

    def show(self, width: int | None = None) -> None:
        """Print every row; long words go on in the next line of their column, and none is cut."""
        print(self.told(width or shutil.get_terminal_size().columns))  # noqa: T201 - it is what was asked for

    def told(self, width: int) -> str:
        """Lay out every row in so many columns of a terminal."""
        rows = [["" if cell is None else str(cell) for cell in row] for row in self.fetchall()]
        names = list(self.relation.columns)
        align = "".join("w" if name == self.words else "l" for name in names)
        return "\n".join(table(names, rows, align, indent="", width=width))

    def fetchall(self) -> list[Any]:
        """Return the rows as tuples."""
        return self.relation.fetchall()

    def df(self) -> pd.DataFrame:
        """Return the rows as a frame of pandas."""
        return self.relation.df()

    def pl(self) -> pl.DataFrame:
        """Return the rows as a frame of polars."""
        made: pl.DataFrame = self.relation.pl()
        return made

    def __repr__(self) -> str:
        """Show every row, for the last line of a notebook's cell."""
        return self.told(shutil.get_terminal_size().columns)
