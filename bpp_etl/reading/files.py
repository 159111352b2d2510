"""Opening one delivered file safely: inside the landing, unchanged while read, decoded, with its header.

Not here: the tables made of it.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import os
import shutil
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bpp_etl.landing import DeliveredFile, shown
from bpp_etl.reading.problems import UnreadableError

CHUNK = 1 << 20
LONGEST_HEADER = 1 << 20
MOST_COLUMNS = 5_000


@dataclass(frozen=True)
class Snapshot:
    """What a file was when reading began: its digest, and what betrays a change."""

    digest: str
    size: int
    modified_ns: int
    inode: int


@dataclass(frozen=True)
class Opened:
    """A delivered file ready to be read under a harmless name, and its snapshot."""

    source: DeliveredFile
    path: Path
    snapshot: Snapshot


def snapshot_of(source: DeliveredFile, root: Path) -> Snapshot:
    """Digest a file (SHA-256) after checking that it lies inside the landing."""
    name = shown(source.path.name)
    try:
        resolved = source.path.resolve(strict=True)
        if not resolved.is_relative_to(root.resolve()):
            raise UnreadableError(
                "file_outside_landing", f"{name} leads out of its registry's folder", "copy the file instead"
            )
        if not resolved.is_file():
            raise UnreadableError("file_unreadable", f"{name} is not a file", "deliver a plain file")
        with source.path.open("rb") as stream:
            told = os.fstat(stream.fileno())
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UnreadableError(
            "file_unreadable", f"{name} cannot be opened: {reason}", "check its permissions"
        ) from None
    return Snapshot(digest, told.st_size, told.st_mtime_ns, told.st_ino)


def ensure_unchanged(opened: Opened) -> None:
    """Refuse a file that is no longer what it was when reading began."""
    try:
        told = opened.source.path.stat()
        now = (told.st_size, told.st_mtime_ns, told.st_ino)
    except OSError:
        now = (-1, -1, -1)
    was = opened.snapshot
    if now != (was.size, was.modified_ns, was.inode):
        raise UnreadableError(
            "file_changed_while_read",
            f"{shown(opened.source.path.name)} changed while it was read",
            "refresh again once the delivery is complete",
        )


def prepare(source: DeliveredFile, snapshot: Snapshot, scratch: Path, encoding: str) -> Opened:
    """Give a file a harmless name, and a csv file plain UTF-8 text.

    DuckDB reads `*`, `?` and `[` in a name as a pattern, so the file is linked under a name of ours.
    """
    name = shown(source.path.name)
    if snapshot.size == 0:
        raise UnreadableError("file_unreadable", f"{name} is empty", "export the file again")
    link = scratch / f"{len(list(scratch.iterdir()))}.{source.format.removesuffix('.gz')}"
    try:
        if source.format == "csv.gz":
            _write(link, lambda out: _decompress(source.path, out))
        elif source.format == "csv" and _needs_transcoding(encoding):
            _write(link, lambda out: _transcode(source.path, out, encoding))
        else:
            link.symlink_to(source.path.resolve())
        if source.format == "csv.gz" and _needs_transcoding(encoding):
            plain = link.with_suffix(".utf8.csv")
            _write(plain, lambda out: _transcode(link, out, encoding))
            link.unlink()
            link = plain
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise UnreadableError(
            "file_unreadable", f"{name} is not a whole gzip file", "export the file again"
        ) from None
    except UnicodeError:
        raise UnreadableError(
            "file_unreadable", f"{name} is not text in {encoding}", "state its encoding in registry.toml"
        ) from None
    return Opened(source, link, snapshot)


def header_of(opened: Opened, delimiter: str) -> list[str]:
    """Read the column names of a prepared csv file."""
    name = shown(opened.source.path.name)
    try:
        with opened.path.open("r", encoding="utf-8-sig", newline="") as stream:
            start = io.StringIO(stream.read(LONGEST_HEADER), newline="")
            header = next(csv.reader(start, delimiter=delimiter, strict=True), None)
    except UnicodeError:
        raise UnreadableError(
            "file_unreadable", f"{name} is not text in UTF-8", "state its encoding in registry.toml"
        ) from None
    except csv.Error:
        raise UnreadableError(
            "file_unreadable", f"{name} has no readable header", "check its quotes and delimiter"
        ) from None
    if not header or any("\x00" in cell for cell in header):
        raise UnreadableError("file_unreadable", f"{name} has no readable header", "export it as csv")
    if len(header) > MOST_COLUMNS:
        raise UnreadableError(
            "file_unreadable", f"{name} has more than {MOST_COLUMNS} columns", "check its delimiter"
        )
    return [cell.strip() for cell in header]


def has_byte_order_mark(path: Path) -> bool:
    """Say whether a file starts with the mark of UTF-8."""
    with path.open("rb") as stream:
        return stream.read(3) == codecs.BOM_UTF8


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
