"""How a file is laid out whose header was not found: its encoding, its delimiter, the line of its header.

Not here: the lines that a person is offered (`proposals.py`), and what the columns are called (`guess.py`).
Only the beginning of a file is looked at, and nothing of it is kept.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bpp_etl.check.guess import guess_column
from bpp_etl.landing.deliveries import DeliveredFile, Delivery, files_of
from bpp_etl.landing.read_settings import ReadSettings
from bpp_etl.reading.csv_text import wide_encoding
from bpp_etl.reading.header import clean_name
from schemas.contract import delivered_columns
from schemas.tables import TABLES

MOST_BYTES = 1 << 18
MOST_LINES = 30
"""So many lines are looked through for a header."""
DELIMITERS = ",;\t|"
ELSEWHERE = ("gb18030", "shift_jis", "euc_kr", "cp1251")
"""Encodings whose letters stand in groups of bytes above ASCII: which it is, a person sees."""


@dataclass(frozen=True)
class Layout:
    """What was found, None where it is as stated; `encodings` where several would do."""

    encoding: str | None = None
    encodings: tuple[str, ...] = ()
    delimiter: str | None = None
    header_row: int | None = None


def layout_of(delivery: Delivery, table: str, settings: ReadSettings, *, was_read: bool) -> Layout:
    """Look at the one file of a table; nothing is found of a table in parts, or that cannot be opened.

    A workbook has to be unpacked for it, so one that could not be read, within the limits that hold for its
    reader, is not opened here either.
    """
    files = [file for file in files_of(delivery) if file.stem == table]
    if len(files) != 1:
        return Layout()
    (file,) = files
    try:
        if file.format == "xlsx" and was_read:
            row = _header_row(_cells(file, settings), table)
            return Layout(header_row=row if row != settings.header_row else None)
        if file.format in {"csv", "csv.gz"}:
            return _of_text(_beginning(file), table, settings)
    except Exception:  # noqa: BLE001 - what a reader has refused may fail in any way: then nothing is offered
        return Layout()
    return Layout()


def _beginning(file: DeliveredFile) -> bytes:
    packed = file.format == "csv.gz"
    with gzip.open(file.path, "rb") if packed else file.path.open("rb") as stream:
        return stream.read(MOST_BYTES)


def _of_text(start: bytes, table: str, settings: ReadSettings) -> Layout:
    encoding, several = _encoding(start, settings.encoding)
    text = start.decode(encoding or (several or (settings.encoding,))[0], "ignore")
    found: list[tuple[int, int, str]] = []
    for delimiter in (settings.delimiter, *DELIMITERS.replace(settings.delimiter, "")):
        lines = list(_lines(text, delimiter))
        row = _header_row(lines, table)
        if row is not None:
            found.append((_known(lines[row - 1], table), row, delimiter))
    # Of equals the first, which is as stated.
    best = max(found, key=lambda one: one[0], default=None)
    row = best[1] if best and best[1] != settings.header_row else None
    # Of a header in its place the delimiter is found elsewhere.
    return Layout(encoding, several, best[2] if best and row and best[2] != settings.delimiter else None, row)


def _encoding(start: bytes, stated: str) -> tuple[str | None, tuple[str, ...]]:
    """Find the encoding of bytes that are not what is stated: for sure, or several that may be."""
    if wide := wide_encoding(start):
        return wide, ()
    whole = start[: start.rfind(b"\n") + 1] or start
    if _is(whole, stated):
        return None, ()
    if stated != "utf-8" and _is(whole, "utf-8"):
        return "utf-8", ()
    above = [place for place, byte in enumerate(whole) if byte > 0x7F]
    apart = sum(
        whole[place - 1] <= 0x7F and (place + 1 == len(whole) or whole[place + 1] <= 0x7F) for place in above
    )
    if 2 * apart > len(above) and _is(whole, "cp1252"):
        return "cp1252", ()
    return None, tuple(name for name in ELSEWHERE if _is(whole, name))


def _is(text: bytes, encoding: str) -> bool:
    try:
        text.decode(encoding)
    except UnicodeError:
        return False
    return True


def _lines(text: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    for cells in reader:
        # A header is named by its line of the file: titles in quotes may go over several.
        if reader.line_num > MOST_LINES:
            return
        yield cells


def _cells(file: DeliveredFile, settings: ReadSettings) -> Iterator[list[str]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - few checks need it

    book = load_workbook(file.path, read_only=True)
    try:
        sheet = book[settings.sheet] if settings.sheet else book.worksheets[0]
        for row in sheet.iter_rows(max_row=MOST_LINES, values_only=True):
            yield ["" if cell is None else str(cell) for cell in row]
    finally:
        book.close()


def _header_row(lines: Iterator[list[str]] | Sequence[list[str]], table: str) -> int | None:
    """Find the line that names most columns of ours: at least two, and half of those that must be there."""
    required = sum(column.required for column in delivered_columns(TABLES[table].contract))
    known = [_known(cells, table) for cells in lines]
    if not known or max(known) < max(2, required / 2):
        return None
    return known.index(max(known)) + 1


def _known(cells: Sequence[str], table: str) -> int:
    """Count the cells that are, or most likely stand for, columns of ours."""
    names = [column.name for column in delivered_columns(TABLES[table].contract)]
    return len({guess_column(clean_name(cell), names) for cell in cells if cell.strip()} - {None})
