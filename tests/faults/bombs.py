"""Files that are more than they look: small to send, too large to read, or deadly for their reader.

Not here: files that are merely broken (`tests/faults/hostile_files.py`). All are made when a test asks.
"""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import duckdb
import openpyxl

from tests.faults.hostile_files import header, text, workbook_of

SHEET = "xl/worksheets/sheet1.xml"
FAR_CELL = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
MANY_BEGINNINGS = b"<!--" + b"<c " * 300_000 + b"--></sheetData>"
MANY_BLANKS = b"<!--</f>" + b" " * 300_000 + b"--></sheetData>"


def workbook_with(table: str, before_the_end: bytes) -> bytes:
    """Put bytes before the end of the sheet of a table's workbook."""
    return repacked(workbook_of(table), lambda sheet: sheet.replace(b"</sheetData>", before_the_end))


def workbook_of_rows(table: str, rows: int) -> bytes:
    book = openpyxl.Workbook()
    for row in text(table, rows).splitlines():
        book.active.append(row.split(","))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(book: bytes, change=lambda sheet: sheet, entry=None) -> bytes:  # type: ignore[no-untyped-def]
    """Pack a workbook again with its sheet changed, and an `entry` (name, bytes) beside it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as read, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in read.namelist():
            content = read.read(name)
            made.writestr(name, change(content) if name == SHEET else content)
        if entry is not None:
            made.writestr(*entry)
    return out.getvalue()


def gzip_of(table: str, mebibytes: int) -> bytes:
    """Pack rows of a table to a thousandth: one packed MiB, again and again."""
    begin = gzip.compress(text(table).encode())
    row = ",".join("0" for _ in header(table).split(",")) + "\n"
    return begin + gzip.compress((row * ((1 << 20) // len(row))).encode()) * mebibytes


def parquet_of_equal_rows(table: str, rows: int, place: Path) -> bytes:
    """Write rows that are all the same, which parquet counts and does not write."""
    columns = ", ".join(f"'x' as {name}" for name in header(table).split(","))
    with duckdb.connect() as con:
        con.execute(f"copy (select {columns} from range({rows})) to '{place}' (format parquet)")
    return place.read_bytes()


def wide_parquet(columns: int, place: Path) -> bytes:
    names = ", ".join(f"1 as c{at}" for at in range(columns))
    with duckdb.connect() as con:
        con.execute(f"copy (select {names}) to '{place}' (format parquet)")
    return place.read_bytes()


def with_wrong_checksum(book: bytes) -> bytes:
    """Change a byte of what the directory says that the sheet's checksum is."""
    at = book.index(SHEET.encode(), book.index(b"PK\x01\x02")) - 46 + 16
    return book[:at] + bytes([book[at] ^ 0xFF]) + book[at + 1 :]


def locked(book: bytes) -> bytes:
    """Mark each file of a zip as encrypted."""
    made = bytearray(book)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = made.find(mark)
        while at >= 0:
            made[at + offset] |= 1
            at = made.find(mark, at + 4)
    return bytes(made)
