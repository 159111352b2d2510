"""Reads a SAS transport file (xpt, versions 5 and 8) as text, the way every other delivered file arrives.

Not here: what the text means. Dates of SDTM are text already; a SAS date becomes its ISO day.
"""

from __future__ import annotations

import codecs
import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bpp_etl.errors import shown
from bpp_etl.reading.problems import UnreadableError

if TYPE_CHECKING:
    import polars as pl

UTF_8 = frozenset({"utf-8", "utf-8-sig", "ascii"})
"""Encodings, by the names that Python gives them, whose text is UTF-8 as it is."""
LARGEST_WHOLE_NUMBER = 2**53
"""Above it a double no longer tells whole numbers apart."""


@dataclass(frozen=True)
class XptTable:
    """A file's columns under their own names, as text, and the names of those that were no text in it."""

    rows: pl.DataFrame
    typed: frozenset[str]


def read_xpt(path: Path, encoding: str = "utf-8", name: str | None = None) -> XptTable:
    """Return the file's rows and columns in its own order.

    Numbers are written without a trailing .0; a missing number and an empty text are null.
    Errors: UnreadableError, calling the file `name` where given, if it is not a readable transport file.
    """
    import polars as pl  # noqa: PLC0415 - this format is rare, and both imports take their time
    import pyreadstat  # noqa: PLC0415

    called = shown(name or path.name)
    # The reader knows encodings by other names than Python: it hands out bytes, and Python reads them.
    is_foreign = codecs.lookup(encoding).name not in UTF_8
    try:
        columns, _ = pyreadstat.read_xport(
            str(path), output_format="dict", encoding="ISO-8859-1" if is_foreign else None
        )
        if is_foreign:
            columns = {
                _decoded(column, encoding): [_decoded(value, encoding) for value in values]
                for column, values in columns.items()
            }
    except UnicodeError:
        raise UnreadableError(
            "file_unreadable", f"{called} is not text in {encoding}", "state its encoding in registry.toml"
        ) from None
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, OSError, OverflowError):
        # The reader's own text may quote the file, so only its name is told.
        raise UnreadableError(
            "file_unreadable",
            f"{called} is not a readable SAS transport file",
            "export it again with PROC COPY and the XPORT engine, or as csv or parquet",
        ) from None
    return XptTable(
        pl.DataFrame(
            {
                column: pl.Series(column, [as_text(value) for value in values], pl.String)
                for column, values in columns.items()
            }
        ),
        frozenset(
            column for column, values in columns.items() if not any(isinstance(one, str) for one in values)
        ),
    )


def _decoded(value: Any, encoding: str) -> Any:
    return value.encode("iso-8859-1").decode(encoding) if isinstance(value, str) else value


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
