"""Putting a delivered file of text under a name of ours: a link to it, or unpacked where gzip has packed it.

Not here: what the text says (`reading/csv_text.py`, `reading/document_files.py`).
"""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from bpp_etl.errors import shown
from bpp_etl.landing.deliveries import DeliveredFile
from bpp_etl.reading.limits import Limits
from bpp_etl.reading.measured import too_much_unpacked
from bpp_etl.reading.problems import UnreadableError

CHUNK = 1 << 20


def put_text(source: DeliveredFile, place: Path, limits: Limits, size: int) -> None:
    """Link a file to `place`, or unpack it there; `size` is that of the file as it was delivered.

    Errors: UnreadableError for a broken archive, or more of it than the limits allow.
    """
    if not source.format.endswith(".gz"):
        place.symlink_to(source.path.resolve())
        return
    name, unpacked = shown(source.name), 0
    try:
        with gzip.open(source.path, "rb") as stream, place.open("wb") as out:
            while chunk := stream.read(CHUNK):
                unpacked += len(chunk)
                too_much = too_much_unpacked(size, unpacked, limits)
                if too_much is not None:
                    raise UnreadableError("file_unreadable", f"{name} {too_much}", "export the file again")
                out.write(chunk)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise UnreadableError(
            "file_unreadable", f"{name} is not a whole gzip file", "export the file again"
        ) from None
