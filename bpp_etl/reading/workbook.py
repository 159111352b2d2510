"""Reading one sheet of an xlsx workbook as text, and which of its cells had a type of their own.

Not here: the table that is made of it (`reading/tables.py`). Cells are read by calamine; the XML is looked at
for what calamine passes over in silence.
"""

from __future__ import annotations

import io
import logging
import posixpath
import re
import shutil
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from bpp_etl.landing.read_settings import ReadSettings
from bpp_etl.reading.header import clean_name
from bpp_etl.reading.limits import Limits
from bpp_etl.reading.measured import CHUNK, pieces, too_much_in_workbook
from bpp_etl.warehouse.connection import is_of_the_machine

if TYPE_CHECKING:
    import fastexcel
    import polars as pl

# No pattern may look further than the next tag, nor twice at one run of blanks: a sheet may be made of
# nothing but beginnings.
CELL_IN_ERROR = re.compile(rb'<(?:\w+:)?c\s[^<>]*\bt="e"')
FORMULA_WITHOUT_VALUE = re.compile(
    rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f\b[^<>]*/>)\s*+"
    rb"(?:<(?:\w+:)?v\s*+/>|<(?:\w+:)?v></(?:\w+:)?v>)?+\s*+</(?:\w+:)?c>"
)
TYPED_CELL = rb'<(?:\w+:)?c\s(?=[^<>]*\br="(%s)(\d+)")(?![^<>]*\bt="(?:s|str|inlineStr)")[^<>]*>'
STYLES = "xl/styles.xml"
CELL_FORMATS = (re.compile(rb"<(?:\w+:)?cellXfs\b"), re.compile(rb"</(?:\w+:)?cellXfs>"))
"""Where the one list of cell formats begins, and ends."""
EAST_ASIAN_DATE = re.compile(rb'\bnumFmtId="(2[7-9]|3[0-6]|5[0-8])"')
"""Formats of Excel's own whose look depends on the country: in East Asia they are dates."""
ISO_DATE_FORMAT = b'numFmtId="14"'
"""The format of Excel's own that is a date in every country."""
NOT_A_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, struct.error, OSError)
"""What Python raises over a damaged, locked or unknown zip file."""
MIDNIGHT = r"^(\d{4}-\d{2}-\d{2})[ T]00:00:00(\.0+)?$"


class WorkbookError(Exception):
    """A workbook cannot be read; its text says why, after the file's name, and holds no cell."""


@dataclass(frozen=True)
class Sheet:
    """The rows below a sheet's header as text, in columns c0, c1, ..., and the names in the header.

    `first_row` is the row of the sheet, from 1, that the first of them is; `letters` names the columns as the
    workbook does.
    """

    header: list[str]
    rows: pl.DataFrame
    first_row: int
    letters: tuple[str, ...]
    place: str


def sheets_in(path: Path, asked_for: Collection[str]) -> dict[str, str]:
    """Name the sheets of a workbook that are not empty, and shown or asked for, by their folded names.

    A sheet with the name of a table is its table, though somebody hid it. Errors: WorkbookError.
    """
    with _book(path) as book:
        return _filled(book, asked_for)


def folded(name: str) -> str:
    """Fold the name of a sheet: a workbook has no two that differ in case only."""
    return clean_name(name).casefold()


def read_sheet(path: Path, settings: ReadSettings, wanted: str) -> Sheet:
    """Read the sheet that is stated, else the only one that is filled, else the one named as `wanted`.

    Errors: WorkbookError.
    """
    import polars as pl  # noqa: PLC0415 - this format is rare, and its imports take their time

    with _book(path) as book:
        name = _chosen(book, settings.sheet, wanted)
        # Every row from the first of the sheet on, so that they can be counted.
        loaded = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        letters = tuple(_letters(column.absolute_index) for column in loaded.selected_columns)
        cells = loaded.to_polars() if loaded.width else pl.DataFrame()
        place = _place_of(path, name)
    cells.columns = [f"c{position}" for position in range(cells.width)]
    filled = cells.select(pl.any_horizontal(pl.all().is_not_null()).arg_true()).to_series()
    # What stands above the header is stated; without that only empty rows do.
    at = settings.header_row - 1 or (0 if filled.is_empty() else int(filled[0]))
    if at not in filled:
        raise WorkbookError("has no header" if settings.header_row == 1 else f"has no header in row {at + 1}")
    _ensure_no_value_is_lost(path, place)
    header = ["" if cell is None else clean_name(str(cell)) for cell in cells.row(at)]
    # A sheet ends with its last row that holds anything: cells that were only formatted are no rows.
    rows = cells.slice(at + 1, int(filled[-1]) - at)
    return Sheet(header, rows.select(pl.all().str.replace(MIDNIGHT, "$1")), at + 2, letters, place)


def ensure_bounded(path: Path, packed: int, limits: Limits) -> None:
    """Refuse a workbook that is larger than it looks. Errors: WorkbookError."""
    try:
        told = too_much_in_workbook(path, packed, limits)
    except NOT_A_ZIP:
        raise WorkbookError("is not a readable xlsx file") from None
    if told is not None:
        raise WorkbookError(told)


def with_known_dates(path: Path, place: Path) -> Path:
    """Return a workbook in which East Asian dates are known as dates: a copy at `place` where it has any.

    Errors: WorkbookError.
    """
    try:
        with zipfile.ZipFile(path) as book:
            styles = book.read(STYLES) if STYLES in book.namelist() else b""
            mended = _with_iso_dates(styles)
            if mended == styles:
                return path
            with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
                for name in dict.fromkeys(book.namelist()):
                    with book.open(name) as read, copy.open(name, "w") as out:
                        shutil.copyfileobj(io.BytesIO(mended) if name == STYLES else read, out, CHUNK)
    except NOT_A_ZIP as error:
        if is_of_the_machine(error):
            raise
        raise WorkbookError("is not a readable xlsx file") from None
    return place


def _with_iso_dates(styles: bytes) -> bytes:
    begins, ends = CELL_FORMATS
    first = begins.search(styles)
    last = ends.search(styles, first.end()) if first else None
    if first is None or last is None:
        return styles
    own = set(re.findall(rb'<(?:\w+:)?numFmt\s[^<>]*\bnumFmtId="(\d+)"', styles))
    formats = EAST_ASIAN_DATE.sub(
        lambda one: one.group() if one.group(1) in own else ISO_DATE_FORMAT,
        styles[first.start() : last.start()],
    )
    return styles[: first.start()] + formats + styles[last.start() :]


def typed_cells(path: Path, sheet: Sheet, positions: Collection[int]) -> dict[int, pl.Series]:
    """Say of each of these columns which of its cells had a type of their own: were no text."""
    import polars as pl  # noqa: PLC0415

    of_letters = {sheet.letters[position].encode(): position for position in positions}
    rows: dict[int, list[int]] = {position: [] for position in positions}
    cell = re.compile(TYPED_CELL % b"|".join(of_letters))
    for text in _pieces(path, sheet.place):
        for letters, number in cell.findall(text):
            rows[of_letters[letters]].append(int(number) - sheet.first_row)
    made = {}
    for position, numbers in rows.items():
        found = pl.Series(numbers, dtype=pl.Int64)
        made[position] = pl.int_range(sheet.rows.height, eager=True).is_in(found.implode())
    return made


@contextmanager
def _book(path: Path) -> Iterator[fastexcel.ExcelReader]:
    import fastexcel  # noqa: PLC0415

    # The library beneath logs what it finds odd in a file, in the file's own words.
    logging.getLogger("calamine").setLevel(logging.CRITICAL)
    try:
        yield fastexcel.read_excel(str(path))
    except (fastexcel.FastExcelError, ElementTree.ParseError, KeyError, *NOT_A_ZIP) as error:
        if is_of_the_machine(error):
            raise
        raise WorkbookError("is not a readable xlsx file") from None


def _chosen(book: fastexcel.ExcelReader, stated: str | None, wanted: str) -> str:
    names = {folded(name): name for name in book.sheet_names}
    if stated is not None:
        if folded(stated) not in names:
            raise WorkbookError("has no sheet of the name that registry.toml states")
        return names[folded(stated)]
    if len(names) == 1:
        return book.sheet_names[0]
    filled = _filled(book)
    if folded(wanted) in filled:
        return filled[folded(wanted)]
    if len(filled) > 1:
        raise WorkbookError(
            f"has {len(filled)} filled sheets: state sheet in [read.{wanted}] of registry.toml"
        )
    return next(iter(filled.values()), book.sheet_names[0])


def _filled(book: fastexcel.ExcelReader, asked_for: Collection[str] = ()) -> dict[str, str]:
    sheets = [book.load_sheet(name, header_row=None, n_rows=0, dtypes="string") for name in book.sheet_names]
    return {
        folded(one.name): one.name
        for one in sheets
        if one.width and (one.visible == "visible" or folded(one.name) in asked_for)
    }


def _letters(index: int) -> str:
    """Name a column, counted from 0, as a workbook does: A to Z, AA and on."""
    letters = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _place_of(path: Path, name: str) -> str:
    """Find the file of a sheet inside the workbook."""
    with zipfile.ZipFile(path) as book:
        workbook = ElementTree.fromstring(book.read("xl/workbook.xml"))
        related = ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))
        targets = {one.get("Id"): one.get("Target", "") for one in related}
        for sheet in workbook.iter():
            if sheet.tag.endswith("}sheet") and sheet.get("name") == name:
                related_id = next((sheet.get(key) for key in sheet.keys() if key.endswith("}id")), "")  # noqa: SIM118 - an element is no mapping
                place = posixpath.normpath(posixpath.join("/xl", targets[related_id])).lstrip("/")
                book.getinfo(place)
                return place
    raise KeyError(name)


def _ensure_no_value_is_lost(path: Path, place: str) -> None:
    """Refuse a sheet with cells that the library reads as empty though they are not."""
    for text in _pieces(path, place):
        if CELL_IN_ERROR.search(text):
            raise WorkbookError("holds cells in error, such as #N/A")
        if FORMULA_WITHOUT_VALUE.search(text):
            raise WorkbookError("holds formulas without their values")


def _pieces(path: Path, place: str) -> Iterator[bytes]:
    with zipfile.ZipFile(path) as book:
        yield from pieces(book, place)
