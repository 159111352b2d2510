"""The recipes of docs/backup.md, run as they stand there.

Not here: what must come of them.
"""

from __future__ import annotations

import os
from pathlib import Path

from tests.support.commands import BPP, Said, ended
from tests.support.pages import fenced, page, sections


def recipe(heading: str) -> str:
    """Give the commands under a heading of the page."""
    (commands,) = fenced(sections(page("backup.md"))[heading], "sh")
    return commands


def back_up(warehouse: Path, folder: Path) -> Said:
    """Back a warehouse up into a new folder."""
    return _followed("Back up", BPP_WAREHOUSE=str(warehouse), BACKUP=str(folder))


def restore(folder: Path, warehouse: Path, landing: Path) -> Said:
    """Restore a backup as a new warehouse."""
    return _followed("Restore", BPP_WAREHOUSE=str(warehouse), BACKUP=str(folder), BPP_LANDING=str(landing))


def _followed(heading: str, **places: str) -> Said:
    path = os.pathsep.join([str(BPP.parent), os.environ["PATH"]])
    return ended(["sh", "-c", recipe(heading)], PATH=path, **places)
