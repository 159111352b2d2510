"""What a file would become once it is read, looked up before it is: sizes, rows, columns and cells.

Not here: the limits themselves (`bpp_etl/reading/limits.py`). A file may lie about itself: what it becomes in
truth is watched as well (`bpp_etl/reading/apart.py`).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from bpp_etl.reading.limits import Limits, in_words
from bpp_etl.warehouse.connection import Connection, one_row

CHUNK = 1 << 20
OVERLAP = 512
"""Bytes of a sheet that are looked at again with the next chunk: a cell's tag may lie across both."""
SHEETS = "xl/worksheets/"
FAR_COLUMN = re.compile(rb'\br="([A-Z]{2,3})\d{1,7}"[^<>]{0,300}+(?<!/)>')
FILLED_ROW = re.compile(rb'\br="[A-Z]{1,3}(\d{1,7})"[^<>]{0,300}+(?<!/)>')
"""The places of filled cells; one that is only formatted closes its own tag, and takes no room."""
MOST_SHEET_ROWS = 1_048_576


def too_much_unpacked(packed: int, unpacked: int, limits: Limits) -> str | None:
    """Say that a file would unpack to more than it may; None where it does not."""
    most = limits.most_unpacked(packed)
    if unpacked <= most:
        return None
    key = "unpacked_bytes" if most == limits.unpacked_bytes else "unpacked_ratio"
    return f"unpacks to more than {in_words(most)} (limit {key})"


def too_much_in_parquet(con: Connection, path: Path, packed: int, columns: int, limits: Limits) -> str | None:
    """Say what a parquet file holds too much of, by its footer. Errors: duckdb.Error where it has none.

    A cell counts for a byte at the least, as in csv: a page may hold a million equal cells in a few.
    """
    if columns > limits.columns:
        return f"has more than {limits.columns} columns (limit columns)"
    told = {"path": str(path)}
    (rows,) = one_row(con, "select sum(num_rows)::bigint from parquet_file_metadata($path)", told)
    if rows > limits.rows:
        return f"has more than {limits.rows} rows (limit rows)"
    (unpacked,) = one_row(
        con, "select coalesce(sum(total_uncompressed_size), 0)::bigint from parquet_metadata($path)", told
    )
    return too_much_unpacked(packed, max(int(unpacked), int(rows) * columns), limits)


def too_much_in_workbook(path: Path, packed: int, limits: Limits) -> str | None:
    """Say what a workbook holds too much of, by its directory and the places of its cells.

    Errors: those of zipfile and zlib where it is no whole zip file.
    """
    with zipfile.ZipFile(path) as book:
        told = too_much_unpacked(packed, sum(entry.file_size for entry in book.infolist()), limits)
        if told is not None:
            return told
        for entry in book.infolist():
            if entry.flag_bits & 1:
                return "is locked by a password"
            if entry.filename.startswith(SHEETS) and _box(book, entry.filename, limits) > limits.sheet_cells:
                return f"has a sheet of over {limits.sheet_cells} cells to its last one (limit sheet_cells)"
    return None


def pieces(book: zipfile.ZipFile, place: str) -> Iterator[bytes]:
    """Read the XML of a sheet piece by piece; each begins with the end of the one before."""
    with book.open(place) as sheet:
        before = b""
        while chunk := sheet.read(CHUNK):
            text = before + chunk
            yield text
            before = text[-OVERLAP:]


def _box(book: zipfile.ZipFile, place: str, limits: Limits) -> int:
    """Count the cells from the first to the last filled row and column: at the most, or at a closer look."""
    letters = {found for text in pieces(book, place) for found in set(FAR_COLUMN.findall(text))}
    width = max((_number(one) for one in letters), default=26)
    if width * MOST_SHEET_ROWS <= limits.sheet_cells:
        return 0
    return width * max(
        (int(row) for text in pieces(book, place) for row in FILLED_ROW.findall(text)), default=0
    )


def _number(letters: bytes) -> int:
    """Count a column as a workbook names it: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
