"""One file kept under its digest, compressed, and written back as it was.

Not here: which files a delivery is made of (`deliveries.py`).
"""

from __future__ import annotations

import hashlib
import os
import uuid
from pathlib import Path
from typing import BinaryIO

from bpp_etl.errors import DamagedError
from bpp_etl.warehouse.connection import room_for

CHUNK = 1 << 20
ENDING = ".zst"
HALF_MADE = ".half-"


def put(folder: Path, stream: BinaryIO) -> str:
    """Keep a file in a folder of such files; return the SHA-256 of its bytes, by which it is known there.

    A file that is there already is left as it is. Errors: OSError, NoRoomError.
    """
    import pyarrow as pa  # noqa: PLC0415

    told, half = hashlib.sha256(), folder / f"{HALF_MADE}{uuid.uuid4().hex}"
    try:
        with room_for(half):
            folder.mkdir(parents=True, exist_ok=True)
            with (
                half.open("wb") as write,
                pa.CompressedOutputStream(pa.PythonFile(write, mode="w"), "zstd") as packed,
            ):
                while chunk := stream.read(CHUNK):
                    told.update(chunk)
                    packed.write(chunk)
            place = folder / f"{told.hexdigest()}{ENDING}"
            if not place.exists():
                os.replace(half, place)  # noqa: PTH105
    finally:
        half.unlink(missing_ok=True)
    return told.hexdigest()


def write_back(folder: Path, digest: str, target: Path) -> None:
    """Write a kept file as it was. Errors: DamagedError where it is gone, or its bytes are not its own."""
    import pyarrow as pa  # noqa: PLC0415

    place, told = folder / f"{digest}{ENDING}", hashlib.sha256()
    try:
        with (
            place.open("rb") as kept,
            target.open("wb") as write,
            pa.CompressedInputStream(pa.PythonFile(kept, mode="r"), "zstd") as read,
        ):
            while chunk := read.read(CHUNK):
                told.update(chunk)
                write.write(chunk)
    except FileNotFoundError:
        raise _damaged("is gone") from None
    except pa.ArrowException:
        raise _damaged("is damaged") from None
    except OSError as error:
        # A frame that does not unpack is an OSError without a number; a full disk has one.
        if error.errno is not None:
            raise
        raise _damaged("is damaged") from None
    if told.hexdigest() != digest:
        raise _damaged("is damaged")


def _damaged(what: str) -> DamagedError:
    return DamagedError(
        f"a file of the delivery, kept in the warehouse, {what}",
        "put the delivery back into the landing to read it from there",
    )
