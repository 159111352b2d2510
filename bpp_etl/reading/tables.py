"""Loading one file's columns as text into a table: csv, parquet, xlsx and xpt alike.

Not here: which file is which table (`reading/delivery.py`).
"""

from __future__ import annotations

import logging
import re
import zipfile
from collections.abc import Mapping, Sequence

import duckdb
import polars as pl

from bpp_etl.errors import shown
from bpp_etl.reading.csv_text import LONGEST_LINE
from bpp_etl.reading.files import CSV, Opened
from bpp_etl.reading.problems import UnreadableError
from bpp_etl.warehouse.connection import Connection, count_of, one_row, quoted
from bpp_etl.warehouse.ddl import working_column

SHEET_CHUNK = 1 << 20
LONGEST_CELL_START = 512
"""Bytes of a sheet that are looked at again with the next chunk: a cell's tag may lie across both."""
CELL_IN_ERROR = re.compile(rb'<(?:\w+:)?c\s[^>]*\bt="e"')
FORMULA_WITHOUT_VALUE = re.compile(
    rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f\b[^>]*/>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)


def header_in(con: Connection, opened: Opened) -> list[str]:
    """Read a file's column names, whatever its format."""
    if opened.source.format in CSV:
        return list(opened.header)
    if opened.source.format == "parquet":
        try:
            described = con.execute(
                "describe select * from read_parquet($path)", {"path": str(opened.path)}
            ).fetchall()
        except duckdb.Error:
            raise _unreadable(opened, "is not a readable parquet file") from None
        return [str(row[0]) for row in described]
    return _register_frame(con, opened)


def load(
    con: Connection,
    opened: Opened,
    *,
    header: Sequence[str],
    delimiter: str,
    relation: str,
    positions: Mapping[str, int],
) -> int:
    """Create `relation` from a file: our columns as text, each from its position in the header.

    What is the same in every row is not written: the view over the table says it (`reading/raw_tables.py`).
    Returns the number of rows. Errors: UnreadableError with the line where it is known.
    """
    # A table needs a column, and its rows count even where every column of ours is stated in registry.toml.
    declared = [working_column(name, "VARCHAR") for name in positions] or ["is_row boolean"]
    columns = [_as_text(con, opened, header, position) for position in positions.values()] or ["true"]
    source, parameters = _source(opened, header, delimiter)
    con.execute(f"create table {relation} ({', '.join(declared)})")
    try:
        con.execute(f"insert into {relation} select {', '.join(columns)} from {source}", parameters)
    except (duckdb.Error, UnicodeError) as error:
        raise _unreadable(opened, _why(error)) from None
    return count_of(con, f"select count(*) from {relation}")


def _source(opened: Opened, header: Sequence[str], delimiter: str) -> tuple[str, dict[str, object]]:
    if opened.source.format in CSV:
        names = {f"c{position}": "VARCHAR" for position in range(len(header))}
        return (
            "read_csv($path, auto_detect=false, header=true, delim=$delimiter, quote='\"', escape='\"',"
            " strict_mode=true, null_padding=false, ignore_errors=false, columns=$columns,"
            f" max_line_size={LONGEST_LINE}, compression='none', hive_partitioning=false)",
            {"path": str(opened.path), "delimiter": delimiter, "columns": names},
        )
    if opened.source.format == "parquet":
        return "read_parquet($path, hive_partitioning=false)", {"path": str(opened.path)}
    return "delivered_frame", {}


def _as_text(con: Connection, opened: Opened, header: Sequence[str], position: int) -> str:
    if opened.source.format != "parquet":
        return f"c{position}"
    column = quoted(header[position])
    described = one_row(con, f"describe select {column} from read_parquet($path)", {"path": str(opened.path)})
    kind = str(described[1])
    if kind in {"TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS"}:
        # Told in UTC, so that the machine's own time zone decides nothing.
        column = f"timezone('UTC', {column})"
    if kind.startswith("TIMESTAMP"):
        midnight = f"date_trunc('day', {column}) = {column}"
        return f"case when {midnight} then strftime({column}, '%Y-%m-%d') else {column}::varchar end"
    return f"{column}::varchar"


def _register_frame(con: Connection, opened: Opened) -> list[str]:
    """Show a frame's rows as `delivered_frame` with the columns c0, c1, ...; return the names they had."""
    if opened.source.format == "xpt":
        from bpp_etl.reading.xpt import read_xpt  # noqa: PLC0415

        frame = read_xpt(opened.path, shown(opened.source.path.name))
        header = frame.columns
    else:
        header, frame = _read_xlsx(opened)
    frame.columns = [f"c{position}" for position in range(frame.width)]
    con.register("delivered_frame", frame.to_arrow())
    return header


def _read_xlsx(opened: Opened) -> tuple[list[str], pl.DataFrame]:
    import fastexcel  # noqa: PLC0415

    # The library beneath logs what it finds odd in a file, in the file's own words.
    logging.getLogger("calamine").setLevel(logging.CRITICAL)
    try:
        book = fastexcel.read_excel(str(opened.path))
        if len(book.sheet_names) != 1:
            raise _unreadable(opened, f"has {len(book.sheet_names)} sheets; one was expected")
        cells = book.load_sheet(0, header_row=None, dtypes="string").to_polars()
    except fastexcel.FastExcelError:
        raise _unreadable(opened, "is not a readable xlsx file") from None
    if cells.height == 0:
        raise _unreadable(opened, "has no header")
    header = ["" if cell is None else str(cell).strip() for cell in cells.row(0)]
    body = cells.slice(1)
    _ensure_no_value_is_lost(opened)
    # A sheet ends with its last row that holds anything: cells that were only formatted are no rows.
    filled = body.select(pl.any_horizontal(pl.all().is_not_null()).arg_true().max()).item()
    body = body.head(0 if filled is None else filled + 1)
    return header, body.select(pl.all().str.replace(r"^(\d{4}-\d{2}-\d{2})[ T]00:00:00(\.0+)?$", "$1"))


def _ensure_no_value_is_lost(opened: Opened) -> None:
    """Refuse a workbook with cells that the library reads as empty though they are not."""
    with zipfile.ZipFile(opened.path) as book:
        for name in book.namelist():
            if not name.startswith("xl/worksheets/") or not name.endswith(".xml"):
                continue
            with book.open(name) as sheet:
                before = b""
                while chunk := sheet.read(SHEET_CHUNK):
                    text = before + chunk
                    if CELL_IN_ERROR.search(text):
                        raise _unreadable(opened, "holds cells in error, such as #N/A")
                    if FORMULA_WITHOUT_VALUE.search(text):
                        raise _unreadable(opened, "holds formulas without their values")
                    before = text[-LONGEST_CELL_START:]


def _why(error: Exception) -> str:
    """Say where a csv file breaks; DuckDB's own text quotes the line, so only its number is taken."""
    text = str(error)
    line = re.search(r"CSV Error on Line: (\d+)", text)
    if "not utf-8" in text or "Invalid unicode" in text or isinstance(error, UnicodeError):
        reason = "is not text in UTF-8"
    elif "Expected Number of Columns" in text:
        reason = "has a row with another number of columns than its header"
    elif "unterminated quote" in text:
        reason = "has a quote that does not end"
    elif "Maximum line size" in text:
        reason = f"has a line of more than {LONGEST_LINE >> 20} MiB"
    elif "reached an invalid state" in text:
        reason = "ends its lines in more than one way, or is no plain csv"
    else:
        reason = "cannot be read to its end"
    return f"{reason} (line {line.group(1)})" if line else reason


def _unreadable(opened: Opened, reason: str) -> UnreadableError:
    return UnreadableError(
        "file_unreadable",
        f"{shown(opened.source.path.name)} {reason}",
        "export the file again; check delimiter and encoding in registry.toml",
    )
