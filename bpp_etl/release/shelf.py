"""Where releases lie, which one is in service, and stepping between them.

Not here: making one. A release's folder is complete from the moment it has its name.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bpp_etl.errors import NotFoundError
from bpp_etl.warehouse.connection import one_value, opened_read_only

FILE = "bpp.duckdb"
MANIFEST = "manifest.json"
REPORT = "report.html"
BUILDING = ".building-"
WRITABLE = 0o222


@dataclass(frozen=True)
class Shelf:
    """The published folder of a warehouse."""

    published: Path

    @classmethod
    def of(cls, warehouse: Path) -> Shelf:
        """Name the published folder of a warehouse."""
        return cls(warehouse / "published")

    @property
    def current(self) -> Path:
        """The file that analysts open."""
        return self.published / FILE

    @property
    def releases(self) -> Path:
        """The folder that keeps every release."""
        return self.published / "releases"

    @property
    def building(self) -> Path:
        """The folder of the release that this process builds."""
        return self.published / f"{BUILDING}{os.getpid()}"

    @property
    def _unserved(self) -> Path:
        """The file that names a release from just before it is named until it is in service."""
        return self.published / ".unserved"

    def announce(self, release_id: str) -> None:
        """Note that a release is about to be named and put in service."""
        self._unserved.write_text(release_id, encoding="utf-8")

    def is_cut_short(self) -> bool:
        """Say whether a process was killed after it named a release and before it put it in service.

        Then the newest release is not the one in service, though nobody stepped back from it.
        """
        return self._unserved.is_file()

    def sweep(self) -> None:
        """Remove what this process, or one that no longer runs, left half-built."""
        for folder in self.published.glob(f"{BUILDING}*"):
            builder = folder.name.removeprefix(BUILDING)
            if builder == str(os.getpid()) or not _is_running(builder):
                shutil.rmtree(folder, ignore_errors=True)
        for left in self.published.glob(f".{FILE}.*"):
            if not _is_running(left.name.rpartition(".")[2]):
                left.unlink(missing_ok=True)

    def ids(self) -> list[str]:
        """List the ids of all releases, oldest first."""
        if not self.releases.is_dir():
            return []
        return sorted(folder.name for folder in self.releases.iterdir() if (folder / MANIFEST).is_file())

    def newest(self) -> str | None:
        """Return the id of the release built last."""
        ids = self.ids()
        return ids[-1] if ids else None

    def in_service(self) -> str | None:
        """Return the id of the release that `bpp.duckdb` holds."""
        if not self.current.exists():
            return None
        with opened_read_only(self.current) as con:
            return str(one_value(con, "select release_id from meta.release"))

    def folder(self, release_id: str) -> Path:
        """Find a release's folder; NotFoundError where there is none."""
        if release_id not in self.ids():
            raise NotFoundError(f"there is no release {release_id}", "`bpp releases` lists them")
        return self.releases / release_id

    def manifest(self, release_id: str) -> dict[str, Any]:
        """Read a release's manifest."""
        told: dict[str, Any] = json.loads((self.folder(release_id) / MANIFEST).read_text(encoding="utf-8"))
        return told

    def put_in_service(self, release_id: str) -> None:
        """Swap a release's file in atomically; open readers keep the one before."""
        source = self.folder(release_id) / FILE
        _close_to_writers(source)
        fresh = self.published / f".{FILE}.{os.getpid()}"
        try:
            with source.open("rb") as read, fresh.open("wb") as write:
                shutil.copyfileobj(read, write, 1 << 22)
                write.flush()
                os.fsync(write.fileno())
            _close_to_writers(fresh)
            # Whoever opened the file to write may have left a log: it belongs to the release before.
            self.current.with_name(f"{FILE}.wal").unlink(missing_ok=True)
            os.replace(fresh, self.current)  # noqa: PTH105
            self._unserved.unlink(missing_ok=True)
        finally:
            fresh.unlink(missing_ok=True)


def _close_to_writers(path: Path) -> None:
    """Let nobody open a published file to write: it would shut out its readers, and change a release."""
    mode = path.stat().st_mode
    if mode & WRITABLE:
        path.chmod(mode & ~WRITABLE)


def _is_running(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
