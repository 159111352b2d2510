"""A folder of this machine's own, for what is half-built of a warehouse that several machines share.

Not here: what is built in it, and when it is cleared (`working.py`).
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from bpp_etl.errors import UsageError
from bpp_etl.warehouse.connection import room_for
from bpp_etl.warehouse.private import OWNER_ALONE

VARIABLE = "BPP_SCRATCH"
ARRIVING = ".arriving-"
"""The beginning of a file's name while it is copied to the disk of its place."""


def scratch_of(folder: Path, environment: Mapping[str, str]) -> Path:
    """Name the folder in which a registry's next working file is built: its own, or one under `BPP_SCRATCH`.

    Of every registry of every warehouse it is another one. Errors: UsageError where the variable names no
    folder of this machine.
    """
    told = environment.get(VARIABLE)
    if not told:
        return folder
    root = Path(told)
    if not root.is_absolute() or not root.is_dir():
        raise UsageError(f"{VARIABLE} names no folder", "name one on a disk of this machine's own")
    mark = hashlib.sha256(os.fsencode(folder.absolute())).hexdigest()[:16]
    return root / f"bpp-{folder.name}-{mark}"


def make_scratch(scratch: Path) -> None:
    """Make the folder, for its owner alone: it holds what patients are told by."""
    scratch.mkdir(mode=0o777 & ~OWNER_ALONE, parents=True, exist_ok=True)


def put_in_place(built: Path, place: Path) -> None:
    """Move a file to its place in one step, from another disk too; whoever reads the one before keeps it."""
    try:
        os.replace(built, place)  # noqa: PTH105
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        arriving = place.with_name(f"{ARRIVING}{place.name}")
        with room_for(arriving):
            shutil.copyfile(built, arriving)
            with arriving.open("rb") as whole:
                os.fsync(whole.fileno())
            os.replace(arriving, place)  # noqa: PTH105
        built.unlink()
