"""Reads a SAS transport file (xpt, versions 5 and 8) as text, the way every other delivered file arrives.

Not here: what the text means. Dates of SDTM are text already; a SAS date becomes its ISO day.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from bpp_etl.errors import shown
from bpp_etl.reading.problems import UnreadableError

if TYPE_CHECKING:
    import polars as pl

LARGEST_WHOLE_NUMBER = 2**53
"""Above it a double no longer tells whole numbers apart."""


def read_xpt(path: Path, name: str | None = None) -> pl.DataFrame:
    """Return the file's columns under their own names, as text, in the file's order.

    Numbers are written without a trailing .0; a missing number and an empty text are null.
    Errors: UnreadableError, calling the file `name` where given, if it is not a readable transport file.
    """
    import polars as pl  # noqa: PLC0415 - this format is rare, and both imports take their time
    import pyreadstat  # noqa: PLC0415

    try:
        columns, _ = pyreadstat.read_xport(str(path), output_format="dict")
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeError, OSError, OverflowError):
        # The reader's own text may quote the file, so only its name is told.
        raise UnreadableError(
            "file_unreadable",
            f"{shown(name or path.name)} is not a readable SAS transport file",
            "export it again with PROC COPY and the XPORT engine, or as csv or parquet",
        ) from None
    return pl.DataFrame(
        {
            name: pl.Series(name, [as_text(value) for value in values], pl.String)
            for name, values in columns.items()
        }
    )


def as_text(value: object) -> str | None:
    """Write one SAS value as text; None where it is missing."""
    if value is None or value != value:  # noqa: PLR0124 - SAS missing is NaN, the one value unlike itself
        return None
    if isinstance(value, float):  # numpy's double is one
        return (
            str(int(value))
            if value.is_integer() and abs(value) < LARGEST_WHOLE_NUMBER
            else repr(float(value))
        )
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) or None
