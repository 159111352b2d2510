"""What a file holds, before it is loaded: its columns, and where each is read from, whatever the format.

Not here: loading them (`reading/tables.py`), and the formats' own ways (`reading/csv_text.py`,
`reading/workbook.py`, `reading/xpt.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import duckdb

from bpp_etl.errors import shown
from bpp_etl.landing.read_settings import ReadSettings
from bpp_etl.reading.blame import OUT_OF_ITS_SENSES
from bpp_etl.reading.csv_text import LONGEST_LINE
from bpp_etl.reading.files import CSV, Opened
from bpp_etl.reading.header import clean_name
from bpp_etl.reading.limits import Limits
from bpp_etl.reading.measured import too_much_in_parquet
from bpp_etl.reading.problems import UnreadableError
from bpp_etl.reading.raw_tables import typedness
from bpp_etl.reading.workbook import Sheet, WorkbookError, read_sheet
from bpp_etl.warehouse.connection import Connection, is_of_the_machine, literal, quoted

if TYPE_CHECKING:
    import polars as pl

FRAME = "delivered_frame"
"""What a frame's rows stand under while they are loaded."""
ZONED = frozenset({"TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS"})


@dataclass(frozen=True)
class Content:
    """What a file holds: the names of its columns, each column as SQL, and the relation they are read from.

    `texts` write each column as text, null where a cell is empty. `typed` says in SQL which of its cells had
    a type of their own; a workbook's `sheet` must be asked. `frame` has the rows where DuckDB reads no file.
    """

    header: list[str]
    source: str
    texts: list[str]
    typed: list[str]
    parameters: Mapping[str, object] = field(default_factory=dict)
    frame: pl.DataFrame | None = None
    sheet: Sheet | None = None


def content_of(
    con: Connection, opened: Opened, settings: ReadSettings, wanted: str, limits: Limits
) -> Content:
    """Look into a file, whatever its format; of a workbook, into the sheet of the table that is `wanted`.

    Errors: UnreadableError.
    """
    if opened.source.format in CSV:
        return _csv(opened, settings)
    if opened.source.format == "parquet":
        return _parquet(con, opened, settings, limits)
    if opened.source.format == "xpt":
        return _xpt(opened, settings)
    return _xlsx(opened, settings, wanted)


def _csv(opened: Opened, settings: ReadSettings) -> Content:
    names = [f"c{position}" for position in range(len(opened.header))]
    return Content(
        header=list(opened.header),
        # An empty cell is no NULL to DuckDB here: it would read over one behind the last column, and what
        # had shifted the row with it. A NUL is in no file that is read this far.
        source=(
            "read_csv($path, auto_detect=false, header=true, delim=$delimiter, quote='\"', escape='\"',"
            " strict_mode=true, null_padding=false, ignore_errors=false, columns=$columns, nullstr=chr(0),"
            f" max_line_size={LONGEST_LINE}, compression='none', hive_partitioning=false)"
        ),
        parameters={
            "path": str(opened.path),
            "delimiter": settings.delimiter,
            "columns": dict.fromkeys(names, "VARCHAR"),
        },
        texts=[f"nullif({name}, '')" for name in names],
        typed=["false"] * len(names),
    )


def _parquet(con: Connection, opened: Opened, settings: ReadSettings, limits: Limits) -> Content:
    try:
        described = con.execute(
            "describe select * from read_parquet($path)", {"path": str(opened.path)}
        ).fetchall()
        too_much = too_much_in_parquet(con, opened.path, opened.snapshot.size, len(described), limits)
    except duckdb.Error as error:
        if is_of_the_machine(error) or isinstance(error, OUT_OF_ITS_SENSES):
            raise
        raise unreadable(opened, "is not a readable parquet file") from None
    if too_much is not None:
        raise unreadable(opened, too_much)
    kinds = [(str(name), str(kind)) for name, kind, *_ in described]
    return Content(
        header=[clean_name(name) for name, _ in kinds],
        source="read_parquet($path, hive_partitioning=false)",
        parameters={"path": str(opened.path)},
        texts=[_text_of(quoted(name), kind, settings.timezone) for name, kind in kinds],
        typed=["false" if kind == "VARCHAR" else "true" for _, kind in kinds],
    )


def _text_of(column: str, kind: str, timezone: str | None) -> str:
    """Write a column of parquet as text: a moment at midnight as its day.

    A moment with a zone is one of the registry's own time where its zone is stated. Else it is told in UTC,
    with the zone, so that the machine's own decides nothing, and nobody takes it for a local day.
    """
    if kind in ZONED:
        if timezone is None:
            return f"strftime(timezone('UTC', {column}), '%Y-%m-%d %H:%M:%S+00')"
        column = f"timezone({literal(timezone)}, {column})"
    if kind.startswith("TIMESTAMP"):
        midnight = f"date_trunc('day', {column}) = {column}"
        return f"case when {midnight} then strftime({column}, '%Y-%m-%d') else {column}::varchar end"
    return f"{column}::varchar"


def _xpt(opened: Opened, settings: ReadSettings) -> Content:
    from bpp_etl.reading.xpt import read_xpt  # noqa: PLC0415

    read = read_xpt(opened.path, settings.encoding, shown(opened.source.name))
    names = [f"c{position}" for position in range(read.rows.width)]
    return Content(
        header=[clean_name(name) for name in read.rows.columns],
        source=FRAME,
        texts=names,
        typed=["true" if name in read.typed else "false" for name in read.rows.columns],
        frame=read.rows.rename(dict(zip(read.rows.columns, names, strict=True))),
    )


def _xlsx(opened: Opened, settings: ReadSettings, wanted: str) -> Content:
    try:
        sheet = read_sheet(opened.path, settings, wanted)
    except WorkbookError as error:
        raise unreadable(opened, str(error)) from None
    return Content(
        header=sheet.header,
        source=FRAME,
        texts=sheet.rows.columns,
        typed=[typedness(str(position)) for position in range(sheet.rows.width)],
        frame=sheet.rows,
        sheet=sheet,
    )


def unreadable(opened: Opened, reason: str) -> UnreadableError:
    """Word why a file cannot be read, and what to do about it."""
    return UnreadableError(
        "file_unreadable",
        f"{shown(opened.source.name)} {reason}",
        "export the file again; check delimiter and encoding in registry.toml",
    )
