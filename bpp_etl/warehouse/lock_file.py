"""Opens the file by which a process holds a part of a warehouse.

Not here: what is held, and what is said to whoever comes second (whoever holds it).
"""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from bpp_etl.errors import BppError


def lock_file(path: Path) -> TextIO:
    """Open a file to hold; errors: BppError where a folder stands in its place."""
    if path.is_dir():
        raise BppError(f"{path.parent.name}/{path.name} is a folder", "remove it, then refresh again")
    return path.open("w")
