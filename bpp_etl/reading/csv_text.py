"""Making a delivered csv file plain UTF-8 text with a header on one line, and reading that header.

Not here: the rows below it (`reading/tables.py`), and whether the file may be opened (`reading/files.py`).
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import shutil
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bpp_etl.errors import shown
from bpp_etl.landing.deliveries import DeliveredFile
from bpp_etl.landing.read_settings import ReadSettings
from bpp_etl.reading.problems import UnreadableError

CHUNK = 1 << 20
LONGEST_HEADER = 1 << 20
LONGEST_LINE = 16 << 20
MOST_COLUMNS = 5_000
BYTE_ORDER_MARK = "\ufeff"
SEPARATOR_LINE = re.compile(r'"?sep=.?"?\s*', re.IGNORECASE)
"""What Excel writes above a header to tell itself the delimiter."""


@dataclass(frozen=True)
class PlainText:
    """A csv file as it can be loaded: where it lies, and the names in its header, in their order."""

    path: Path
    header: tuple[str, ...]


@dataclass(frozen=True)
class _Header:
    """The first record of a csv file, where it ends, and how its line ends."""

    names: tuple[str, ...]
    end: int
    line_ending: str
    has_line_break: bool


def plain_text(source: DeliveredFile, place: Path, settings: ReadSettings) -> PlainText:
    """Put the text of a csv file under `place`, a name of ours: a link to it, or a decoded copy.

    Errors: UnreadableError for a broken archive, another encoding, a NUL byte, or an unreadable header.
    """
    name, encoding = shown(source.path.name), settings.encoding
    is_packed, is_foreign = source.format == "csv.gz", _needs_transcoding(encoding)
    try:
        if is_packed:
            _write(place, lambda out: _decompress(source.path, out))
        elif is_foreign:
            _write(place, lambda out: _transcode(source.path, out, encoding))
        else:
            place.symlink_to(source.path.resolve())
        if is_packed and is_foreign:
            packed, place = place, place.with_suffix(".utf8.csv")
            _write(place, lambda out: _transcode(packed, out, encoding))
            packed.unlink()
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise UnreadableError(
            "file_unreadable", f"{name} is not a whole gzip file", "export the file again"
        ) from None
    except UnicodeError:
        raise UnreadableError(
            "file_unreadable", f"{name} is not text in {encoding}", "state its encoding in registry.toml"
        ) from None
    _ensure_lines(place, name)
    header = _read_header(place, name, settings.delimiter)
    if header.has_line_break:
        place = _with_plain_header(place, header, settings.delimiter)
    return PlainText(place, header.names)


def _read_header(path: Path, name: str, delimiter: str) -> _Header:
    try:
        with path.open("r", encoding="utf-8-sig", newline="") as stream:
            start = stream.read(LONGEST_HEADER)
    except UnicodeError:
        raise UnreadableError(
            "file_unreadable", f"{name} is not text in UTF-8", "state its encoding in registry.toml"
        ) from None
    try:
        reader = csv.reader(io.StringIO(start, newline=""), delimiter=delimiter, strict=True)
        names = next(reader, None)
    except csv.Error:
        raise UnreadableError(
            "file_unreadable", f"{name} has no readable header", "check its quotes and delimiter"
        ) from None
    if names is None:
        raise UnreadableError("file_unreadable", f"{name} has no readable header", "export it as csv")
    above = _above_the_header(names, start)
    if above is not None:
        raise UnreadableError("file_unreadable", f"{name} {above}", "remove it, or export the file again")
    if len(names) > MOST_COLUMNS:
        raise UnreadableError(
            "file_unreadable", f"{name} has more than {MOST_COLUMNS} columns", "check its delimiter"
        )
    lines = io.StringIO(start, newline="")
    told = "".join(next(lines) for _ in range(reader.line_num))
    if len(told) >= LONGEST_HEADER:
        raise UnreadableError("file_unreadable", f"{name} has no readable header", "export it as csv")
    return _Header(
        names=tuple(cell.strip() for cell in names),
        end=len(told.encode("utf-8")) + (len(codecs.BOM_UTF8) if _has_byte_order_mark(path) else 0),
        line_ending=told[len(told.rstrip("\r\n")) :],
        has_line_break=any("\n" in cell or "\r" in cell for cell in names),
    )


def _above_the_header(names: list[str], start: str) -> str | None:
    """Say what stands before the header and would be read as one; None where nothing does."""
    if not names:
        return "begins with an empty line, not with its header"
    if names[0].startswith(BYTE_ORDER_MARK):
        return "begins with more than one byte order mark"
    if SEPARATOR_LINE.fullmatch(re.split(r"[\r\n]", start, maxsplit=1)[0]):
        return "begins with Excel's line sep=, not with its header"
    return None


def _with_plain_header(path: Path, header: _Header, delimiter: str) -> Path:
    """Copy a csv file under a header of one line.

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


def _has_byte_order_mark(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8


def _ensure_lines(path: Path, name: str) -> None:
    """Refuse what is no text in lines: DuckDB reads over a NUL byte, and over a very long last line."""
    length = 0
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            if b"\0" in chunk:
                raise UnreadableError(
                    "file_unreadable",
                    f"{name} holds a NUL byte, so it is not whole text",
                    "export the file again",
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
    return codecs.lookup(encoding).name not in {"utf-8", "utf-8-sig", "ascii"}


def _write(path: Path, fill: Callable[[io.BufferedWriter], None]) -> None:
    with path.open("wb") as out:
        fill(out)


def _decompress(path: Path, out: io.BufferedWriter) -> None:
    with gzip.open(path, "rb") as stream:
        shutil.copyfileobj(stream, out, CHUNK)


def _transcode(path: Path, out: io.BufferedWriter, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            out.write(decoder.decode(chunk).encode("utf-8"))
        out.write(decoder.decode(b"", final=True).encode("utf-8"))
