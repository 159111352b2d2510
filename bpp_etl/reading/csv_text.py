"""Making a delivered csv file plain UTF-8 text with a header on one line, and reading that header.

Not here: the rows below it (`reading/tables.py`), and whether the file may be opened (`reading/files.py`).
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bpp_etl.errors import shown
from bpp_etl.landing.deliveries import TABBED, DeliveredFile
from bpp_etl.landing.read_settings import ReadSettings
from bpp_etl.reading.header import BYTE_ORDER_MARK, ZERO_WIDTH, clean_name
from bpp_etl.reading.limits import Limits
from bpp_etl.reading.packed import put_text
from bpp_etl.reading.problems import UnreadableError
from bpp_etl.reading.xpt import UTF_8

CHUNK = 1 << 20
COMMENT = "#"
LONGEST_HEADER = 1 << 20
LONGEST_LINE = 16 << 20
WIDE = ("utf-16", "utf-32")
OTHER_WIDTH = "Expected Number of Columns"
"""What DuckDB says of a line of csv with another number of fields."""
NUL = "holds a NUL byte, so it is not whole text"
SEPARATOR_LINE = re.compile(r'"?sep=.?"?\s*', re.IGNORECASE)
"""What Excel writes above a header to tell itself the delimiter."""


@dataclass(frozen=True)
class PlainText:
    """A csv file as it can be loaded: where it lies, and the names in its header, in their order.

    `lines_above` are the lines of the delivered file that are not there: a line of this one is so much less.
    """

    path: Path
    header: tuple[str, ...]
    lines_above: int = 0


@dataclass(frozen=True)
class _Header:
    """The record of a csv file that names its columns, the byte and the line that it ends with, and how.

    `is_plain` says that DuckDB can be left to skip it.
    """

    names: tuple[str, ...]
    end: int
    lines: int
    line_ending: str
    is_plain: bool


def plain_text(
    source: DeliveredFile, place: Path, settings: ReadSettings, limits: Limits, size: int
) -> PlainText:
    """Put the text of a csv file under `place`, a name of ours: a link to it, or a decoded copy.

    `size` is that of the file as it was delivered. Errors: UnreadableError for a broken archive, another
    encoding, a NUL byte, an unreadable header, or more of anything than the limits allow.
    """
    name, encoding = shown(source.name), settings.encoding
    put_text(source, place, limits, size)
    _ensure_width(place, name, encoding)
    try:
        if _needs_transcoding(encoding):
            delivered, place = place, place.with_suffix(".utf8.csv")
            _write(place, lambda out: _transcode(delivered, out, encoding))
            delivered.unlink()
    except UnicodeError:
        raise UnreadableError(
            "file_unreadable", f"{name} is not text in {encoding}", "state its encoding in registry.toml"
        ) from None
    _ensure_lines(place, name, limits)
    header = _read_header(place, name, settings, limits, has_comments=source.format in TABBED)
    if header.is_plain:
        return PlainText(place, header.names)
    return PlainText(
        _with_plain_header(place, header, settings.delimiter), header.names, lines_above=header.lines - 1
    )


def wide_encoding(start: bytes) -> str | None:
    """Name the encoding of text whose letters have several bytes each, by how it starts; else None."""
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = start[::2].count(0), start[1::2].count(0)
    # Of a letter of two bytes one is nothing, and always the same one; a file that is torn has both.
    if max(even, odd) > len(start) // 4 and min(even, odd) * 20 < max(even, odd):
        return "utf-16-le" if odd > even else "utf-16-be"
    return None


def _ensure_width(path: Path, name: str, encoding: str) -> None:
    """Refuse a file in UTF-16 or UTF-32 of which that is not stated: all else that is said of it misleads."""
    with path.open("rb") as stream:
        found = wide_encoding(stream.read(CHUNK))
    if found and not codecs.lookup(encoding).name.startswith(WIDE):
        raise UnreadableError(
            "file_unreadable",
            f'{name} is text in {found.upper()}, not in {encoding}: state encoding = "{found}" in [read] of'
            " registry.toml, or in [read.<table>]",
        )


def _read_header(
    path: Path, name: str, settings: ReadSettings, limits: Limits, *, has_comments: bool
) -> _Header:
    try:
        with path.open("r", encoding="utf-8", newline="") as stream:
            start = stream.read(LONGEST_HEADER)
    except UnicodeError:
        raise UnreadableError(
            "file_unreadable", f"{name} is not text in UTF-8", "state its encoding in registry.toml"
        ) from None
    rows_above = _comments(start) if has_comments else settings.header_row - 1
    above = "".join(itertools.islice(io.StringIO(start, newline=""), rows_above))
    # An export may begin with several byte order marks; a reader of csv takes them for the first name's.
    below = start[len(above) :]
    told = below.lstrip(ZERO_WIDTH)
    try:
        reader = csv.reader(io.StringIO(told, newline=""), delimiter=settings.delimiter, strict=True)
        names = next(reader, None)
    except csv.Error:
        raise UnreadableError(
            "file_unreadable", f"{name} has no readable header", "check its quotes and delimiter"
        ) from None
    if names is None:
        raise UnreadableError("file_unreadable", f"{name} has no readable header", "export it as csv")
    other = _in_place_of_the_header(names, told, rows_above + 1)
    if other is not None:
        raise UnreadableError("file_unreadable", f"{name} {other}", "remove it, or export the file again")
    if len(names) > limits.columns:
        raise UnreadableError(
            "file_unreadable",
            f"{name} has more than {limits.columns} columns (limit columns)",
            "check its delimiter",
        )
    record = "".join(itertools.islice(io.StringIO(told, newline=""), reader.line_num))
    unread = above + below[: len(below) - len(told)]
    if len(unread) + len(record) >= LONGEST_HEADER:
        raise UnreadableError("file_unreadable", f"{name} has no readable header", "export it as csv")
    return _Header(
        names=tuple(clean_name(cell) for cell in names),
        end=len((unread + record).encode("utf-8")),
        lines=rows_above + reader.line_num,
        line_ending=record[len(record.rstrip("\r\n")) :],
        is_plain=unread in {"", BYTE_ORDER_MARK} and not any("\n" in cell or "\r" in cell for cell in names),
    )


def _comments(start: str) -> int:
    """Count the lines above the header that begin with #."""
    lines = io.StringIO(start.lstrip(ZERO_WIDTH), newline="")
    return sum(1 for _ in itertools.takewhile(lambda line: line.startswith(COMMENT), lines))


def _in_place_of_the_header(names: list[str], told: str, row: int) -> str | None:
    """Say what stands where the header should and would be read as one; None where nothing does."""
    where, not_with = ("begins with", "not with") if row == 1 else (f"has in line {row}", "not")
    if not names:
        return f"{where} an empty line, {not_with} its header"
    if SEPARATOR_LINE.fullmatch(re.split(r"[\r\n]", told, maxsplit=1)[0]):
        return f"{where} Excel's line sep=, {not_with} its header"
    return None


def _with_plain_header(path: Path, header: _Header, delimiter: str) -> Path:
    """Copy a csv file under a header of one line, with nothing above it.

    A line break inside a quoted column name misleads DuckDB about how lines end: it then yields no row, and
    no error either.
    """
    flat = path.with_suffix(".flat.csv")
    names = delimiter.join(f"c{position}" for position in range(len(header.names)))
    with path.open("rb") as read, flat.open("wb") as out:
        out.write((names + header.line_ending).encode("utf-8"))
        read.seek(header.end)
        shutil.copyfileobj(read, out, CHUNK)
    path.unlink()
    return flat


def _ensure_lines(path: Path, name: str, limits: Limits) -> None:
    """Refuse what is no text in lines: DuckDB reads over a NUL byte, and over a very long last line."""
    length = lines = 0
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            if b"\0" in chunk:
                raise UnreadableError("file_unreadable", f"{name} {NUL}", "export the file again")
            lines += chunk.count(b"\n")
            if lines > limits.rows:
                raise UnreadableError(
                    "file_unreadable",
                    f"{name} has more than {limits.rows} lines (limit rows)",
                    "deliver the table in parts",
                )
            # Lines end many times in a chunk: only a chunk without any end can lie within too long a line.
            length = 0 if b"\n" in chunk or b"\r" in chunk else length + len(chunk)
            if length > LONGEST_LINE:
                raise UnreadableError(
                    "file_unreadable",
                    f"{name} has a line of more than {LONGEST_LINE >> 20} MiB",
                    "check how its lines end",
                )


def _needs_transcoding(encoding: str) -> bool:
    return codecs.lookup(encoding).name not in UTF_8


def _write(path: Path, fill: Callable[[io.BufferedWriter], None]) -> None:
    with path.open("wb") as out:
        fill(out)


def _transcode(path: Path, out: io.BufferedWriter, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            out.write(decoder.decode(chunk).encode("utf-8"))
        out.write(decoder.decode(b"", final=True).encode("utf-8"))


def why_unreadable(error: Exception, lines_above: int) -> str:
    """Say where a csv file breaks; DuckDB's own text quotes the line, so only its number is taken."""
    text = str(error)
    line = re.search(r"CSV Error on Line: (\d+)", text)
    if "not utf-8" in text or "Invalid unicode" in text or isinstance(error, UnicodeError):
        reason = "is not text in UTF-8"
    elif OTHER_WIDTH in text:
        reason = "has a row with another number of columns than its header"
    elif "unterminated quote" in text:
        reason = "has a quote that does not end"
    elif "Maximum line size" in text:
        reason = f"has a line of more than {LONGEST_LINE >> 20} MiB"
    elif "reached an invalid state" in text:
        reason = "ends its lines in more than one way, or is no plain csv"
    else:
        reason = "cannot be read to its end"
    return f"{reason} (line {int(line.group(1)) + lines_above})" if line else reason
