"""Opening one delivered file safely: in its place, unchanged while read, under a harmless name.

Not here: the text of a csv file (`reading/csv_text.py`), and the tables made of a file.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bpp_etl.errors import shown
from bpp_etl.landing.deliveries import DOCUMENTS, TABBED, DeliveredFile
from bpp_etl.landing.read_settings import ReadSettings
from bpp_etl.reading.csv_text import NUL, plain_text
from bpp_etl.reading.limits import DEFAULTS, Limits, in_words
from bpp_etl.reading.packed import put_text
from bpp_etl.reading.problems import UnreadableError
from bpp_etl.reading.workbook import WorkbookError, ensure_bounded, with_known_dates
from bpp_etl.warehouse.connection import is_of_the_machine

CSV = frozenset({"csv", "csv.gz"}) | TABBED
"""The formats that are read as csv is."""
CHANGED = "file_changed_while_read"
"""The rule that a file breaks which is not what it was when reading began."""


@dataclass(frozen=True)
class Stamp:
    """What betrays that a file was changed, or exchanged for another."""

    size: int
    modified_ns: int
    changed_ns: int
    inode: int

    @classmethod
    def of(cls, told: os.stat_result) -> Stamp:
        """Read it from what the file system tells."""
        return cls(told.st_size, told.st_mtime_ns, told.st_ctime_ns, told.st_ino)


@dataclass(frozen=True)
class Snapshot:
    """What a file was when reading began: its digest, and what betrays a change."""

    digest: str
    stamp: Stamp

    @property
    def size(self) -> int:
        """Return the file's size in bytes."""
        return self.stamp.size


@dataclass(frozen=True)
class Opened:
    """A delivered file ready to be read under a harmless name, and its snapshot.

    `header` holds the column names of a csv file; a file of another format names its columns itself.
    `lines_above` are lines of the delivered file that are not in the one that is read.
    """

    source: DeliveredFile
    path: Path
    snapshot: Snapshot
    header: tuple[str, ...] = ()
    lines_above: int = 0


def snapshot_of(source: DeliveredFile, home: Path, limits: Limits = DEFAULTS) -> Snapshot:
    """Digest a file (SHA-256). Errors: as `opened_in_place`."""
    with opened_in_place(source, home, limits) as stream:
        stamp = Stamp.of(os.fstat(stream.fileno()))
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return Snapshot(digest, stamp)


@contextmanager
def opened_in_place(
    source: DeliveredFile, home: Path, limits: Limits = DEFAULTS
) -> Iterator[io.BufferedReader]:
    """Open a file to read its bytes, after checking that no link leads out of `home`, where it has to lie.

    What is too large, or text with a part that was never written, is refused before it is read through.
    Errors: UnreadableError.
    """
    name = shown(source.name)
    try:
        resolved = source.path.resolve(strict=True)
        if not resolved.is_relative_to(home):
            raise UnreadableError(
                "file_outside_landing", f"{name} is a link out of its place", "copy the file instead"
            )
        if not resolved.is_file():
            raise UnreadableError("file_unreadable", f"{name} is not a file", "deliver a plain file")
        with source.path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            _ensure_readable(source, name, stream.fileno(), size, limits)
            yield stream
    except RuntimeError:  # before Python 3.13, links in a circle
        raise UnreadableError(
            "file_unreadable", f"{name} is a link to itself", "deliver a plain file"
        ) from None
    except OSError as error:
        if is_of_the_machine(error):
            raise
        reason = error.strerror or type(error).__name__
        raise UnreadableError(
            "file_unreadable", f"{name} cannot be opened: {reason}", "check its permissions"
        ) from None


def _ensure_readable(source: DeliveredFile, name: str, descriptor: int, size: int, limits: Limits) -> None:
    if size > limits.file_bytes:
        raise UnreadableError(
            "file_unreadable",
            f"{name} is larger than {in_words(limits.file_bytes)} (limit file_bytes)",
            "deliver the table in parts, or raise the limit",
        )
    # A part that was never written reads as NULs, be it as long as a disk is large.
    if source.format in CSV - {"csv.gz"} and size > 0 and os.lseek(descriptor, 0, os.SEEK_HOLE) < size:
        raise UnreadableError("file_unreadable", f"{name} {NUL}", "export the file again")
    os.lseek(descriptor, 0, os.SEEK_SET)


@contextmanager
def unchanged(source: DeliveredFile, snapshot: Snapshot) -> Iterator[None]:
    """Refuse a file that is not the same after the block, whatever was found in it meanwhile."""
    try:
        yield
    except UnreadableError:
        ensure_unchanged(source, snapshot)
        raise
    ensure_unchanged(source, snapshot)


def ensure_unchanged(source: DeliveredFile, snapshot: Snapshot) -> None:
    """Refuse a file that is no longer what it was when reading began."""
    try:
        now = Stamp.of(source.path.stat())
    except OSError:
        now = None
    if now != snapshot.stamp:
        raise UnreadableError(
            CHANGED,
            f"{shown(source.name)} changed while it was read",
            "refresh again once the delivery is complete",
        )


def prepare(
    source: DeliveredFile,
    snapshot: Snapshot,
    scratch: Path,
    settings: ReadSettings,
    limits: Limits = DEFAULTS,
) -> Opened:
    """Give a file a harmless name in `scratch`, a folder of its own, and a csv file plain UTF-8 text.

    DuckDB reads `*`, `?` and `[` in a name as a pattern, so the file is linked under a name of ours.
    """
    if snapshot.size == 0:
        raise UnreadableError("file_unreadable", f"{shown(source.name)} is empty", "export the file again")
    place = scratch / f"file.{source.format.removesuffix('.gz')}"
    if source.format in DOCUMENTS:
        put_text(source, place, limits, snapshot.size)
        return Opened(source, place, snapshot)
    if source.format in CSV:
        text = plain_text(source, place, settings, limits, snapshot.size)
        return Opened(source, text.path, snapshot, text.header, text.lines_above)
    place.symlink_to(source.path.resolve())
    if source.format == "xlsx":
        try:
            ensure_bounded(place, snapshot.size, limits)
            place = with_known_dates(place, scratch / "dates.xlsx")
        except WorkbookError as error:
            raise UnreadableError(
                "file_unreadable", f"{shown(source.name)} {error}", "export the file again"
            ) from None
    return Opened(source, place, snapshot)
