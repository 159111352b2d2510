"""Whether a delivery has arrived whole, told from names, sizes and times alone: no file is opened.

Not here: what is in a delivery, and what to do once it is there.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bpp_etl.landing.deliveries import CONFIGURATION, MARKER, Delivery, files_of


@dataclass(frozen=True)
class Arrival:
    """What can be seen of a delivery from outside.

    `fingerprint` changes when a file or the registry's configuration is added, removed, resized or written
    again. `settled_at` is when the last of them changed; None while there is no file.
    """

    delivery: Delivery
    fingerprint: str
    is_marked: bool
    settled_at: dt.datetime | None

    def is_whole(self, now: dt.datetime, quiet: dt.timedelta) -> bool:
        """Say whether the sender marked it complete, or nothing in it changed for the quiet time."""
        if self.is_marked:
            return True
        return self.settled_at is not None and self.settled_at + quiet <= now


def look_at(delivery: Delivery) -> Arrival:
    """Look at a delivery from outside. Errors: OSError where its folder is closed to us."""
    told = hashlib.sha256(f"{delivery.registry}\0{delivery.name}".encode())
    settled = 0.0
    files = [(file.name, file.path) for file in files_of(delivery)]
    for name, path in [*_configuration(delivery), *files]:
        seen = path.lstat()
        told.update(f"\0{name}\0{seen.st_size}\0{seen.st_mtime_ns}".encode("utf-8", "surrogateescape"))
        # A copy that keeps the time of writing still shows when it was made in the time of its last change.
        settled = max(settled, seen.st_mtime, seen.st_ctime)
    settled = max(settled, delivery.path.stat().st_mtime)
    return Arrival(
        delivery,
        told.hexdigest()[:16],
        (delivery.path / MARKER).exists(),
        dt.datetime.fromtimestamp(settled, dt.UTC) if files else None,
    )


def _configuration(delivery: Delivery) -> Sequence[tuple[str, Path]]:
    place = delivery.path.parent / CONFIGURATION
    return [(CONFIGURATION, place)] if place.exists() or place.is_symlink() else []
