"""The version of the rules that made a number: the package's version and a digest of its source.

Not here: versions of libraries.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from bpp_etl import __version__

PACKAGES = ("schemas", "bpp_etl")
ENDINGS = (".py", ".sql", ".toml")


@cache
def code_version() -> str:
    """Return `<version>+<12 hex digits>`; the digits change with any line of engine or contracts."""
    told = hashlib.sha256()
    for package in PACKAGES:
        for name, text in sorted(_sources(resources.files(package), package)):
            told.update(name.encode() + b"\0" + text + b"\0")
    return f"{__version__}+{told.hexdigest()[:12]}"


def _sources(folder: Traversable, name: str) -> list[tuple[str, bytes]]:
    found = []
    for entry in folder.iterdir():
        path = f"{name}/{entry.name}"
        if entry.is_dir() and entry.name != "__pycache__":
            found.extend(_sources(entry, path))
        elif entry.name.endswith(ENDINGS):
            found.append((path, entry.read_bytes()))
    return found
