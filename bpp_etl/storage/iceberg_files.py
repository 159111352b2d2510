"""How pyiceberg finds the files of a table that was copied: below its folder, whatever address they had.

Not here: reading the table (`lake_child.py`). Loaded in that process alone, since it loads pyiceberg.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from pyiceberg.io.pyarrow import PyArrowFile, PyArrowFileIO

FOLDER, LAY_AT = "bpp.folder", "bpp.lay-at"
"""Where a table's files lie now, and the address below which they lay when they were written."""
NUMBERED = re.compile(r"v?(\d+)(?:-[\w-]+)?\.metadata\.json")


class FilesInside(PyArrowFileIO):
    """Opens the files of one table, in its folder, and no other."""

    def new_input(self, location: str) -> PyArrowFile:
        """Open a file that the table names."""
        return super().new_input(str(self._here(location)))

    def new_output(self, location: str) -> PyArrowFile:
        """Write nothing: what was delivered is only read."""
        raise PermissionError(location)

    def delete(self, location: Any) -> None:
        """Remove nothing."""
        raise PermissionError(str(location))

    def _here(self, location: str) -> Path:
        folder, lay_at = Path(self.properties[FOLDER]), self.properties[LAY_AT].rstrip("/") + "/"
        told = location.removeprefix("file://") if location.startswith("file://") else location
        lay_at = lay_at.removeprefix("file://") if lay_at.startswith("file://") else lay_at
        if told.startswith(lay_at):
            told = str(folder / unquote(told[len(lay_at) :]))
        place = Path(told).resolve()
        if not place.is_relative_to(folder):
            raise PermissionError("a file outside its table")
        return place


def newest_metadata(folder: Path) -> Path:
    """Find the metadata of the newest version. Errors: FileNotFoundError where there is none."""
    found = [
        (int(match[1]), path.name, path)
        for path in (folder / "metadata").iterdir()
        if (match := NUMBERED.fullmatch(path.name))
    ]
    if not found:
        raise FileNotFoundError("no metadata")
    return max(found)[2]


def written_location(metadata: Path) -> str:
    """Read where the table lay when it was written."""
    return str(json.loads(metadata.read_text(encoding="utf-8"))["location"])
