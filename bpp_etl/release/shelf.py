"""Where releases lie, which one is in service, and stepping between them.

Not here: making one. A release's folder is complete from the moment it has its name.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from bpp_etl.errors import BppError, DamagedError, NotFoundError
from bpp_etl.release.lease import builder, is_left_behind
from bpp_etl.release.naming import release_named
from bpp_etl.release.seal import (
    FILE,
    MANIFEST,
    REPORT,
    close_to_writers,
    ensure_sealed,
    otherwise_than_sealed,
    read_manifest,
    without_rows,
)
from bpp_etl.warehouse.audit import note
from bpp_etl.warehouse.beside import RELEASES
from bpp_etl.warehouse.connection import one_value, opened_read_only
from bpp_etl.warehouse.lock_file import lock_file

__all__ = ["BUILDING", "FILE", "MANIFEST", "REPORT", "Shelf"]

BUILDING = ".building-"
REPLACED = ".replaced-"


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
        return self.published / RELEASES

    @property
    def building(self) -> Path:
        """The folder of the release that this process builds."""
        return self.published / f"{BUILDING}{builder()}"

    @property
    def _unserved(self) -> Path:
        """The file that names a release from just before it is named until it is in service."""
        return self.published / ".unserved"

    @property
    def _served(self) -> Path:
        """The file that names the release that was put in service last."""
        return self.published / ".served"

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
            who = folder.name.removeprefix(BUILDING)
            if who == builder() or is_left_behind(folder, who):
                shutil.rmtree(folder, ignore_errors=True)
        for left in self.published.glob(f".{FILE}.*"):
            if is_left_behind(left, left.name.removeprefix(f".{FILE}.")):
                left.unlink(missing_ok=True)

    def ids(self) -> list[str]:
        """List the ids of all releases, oldest first, be their folders whole or damaged."""
        if not self.releases.is_dir():
            return []
        return sorted(
            folder.name
            for folder in self.releases.iterdir()
            if folder.is_dir() and not folder.name.startswith(".")
        )

    def newest(self) -> str | None:
        """Return the id of the release built last whose manifest can be read."""
        for release_id in reversed(self.ids()):
            try:
                self.manifest(release_id)
            except DamagedError:
                continue
            return release_id
        return None

    def newest_whole(self) -> str | None:
        """Return the id of the release built last of which every file is its own."""
        for release_id in reversed(self.ids()):
            try:
                ensure_sealed(self.releases / release_id)
            except DamagedError:
                continue
            return release_id
        return None

    def in_service(self) -> str | None:
        """Return the id of the release that `bpp.duckdb` holds; DamagedError where it cannot be read."""
        if not self.current.exists():
            return None
        damaged = DamagedError(
            f"{self.current.name}, the file in service, is damaged",
            "refresh again, which puts it back from its release, or `bpp releases rollback ID`",
        )
        try:
            with opened_read_only(self.current) as con:
                return str(one_value(con, "select release_id from meta.release"))
        except (DamagedError, duckdb.Error):
            raise damaged from None

    def named(self, told: str) -> str:
        """Find the release that a person names; errors as `release_named`."""
        return release_named(self.ids(), told)

    def folder(self, release_id: str) -> Path:
        """Find a release's folder; NotFoundError where there is none."""
        if release_id not in self.ids():
            raise NotFoundError(f"there is no release {release_id}", "`bpp releases` lists them")
        return self.releases / release_id

    def manifest(self, release_id: str) -> dict[str, Any]:
        """Read a release's manifest; errors: DamagedError where it cannot be read."""
        return read_manifest(self.folder(release_id))

    def put_in_service(self, release_id: str) -> None:
        """Swap a release's file in atomically; open readers keep the one before.

        Errors: DamagedError where a file of the release is not its own; what is in service then stays.
        """
        folder = self.folder(release_id)
        ensure_sealed(folder)
        with self._serving():
            self._swap_in(folder)

    def step_back(self, release_id: str) -> None:
        """Put an earlier release back in service, as a person asks; errors as `put_in_service`."""
        self.put_in_service(release_id)
        note(self.published.parent, "rollback", release_id=release_id)

    def put_back(self) -> str | None:
        """Put the file in service back from its release where it is damaged or gone; say so in a line.

        None where nothing is published, or the file is that of a release that is kept. Errors: DamagedError
        where its release is damaged too.
        """
        if not self.releases.is_dir() or self.is_cut_short():
            return None
        with self._serving():
            what = self.damage_in_service()
            if what is None:
                return None
            release_id = self._to_be_served()
            if release_id is None:
                raise DamagedError(
                    f"{self.current.name}, the file in service, {what}, and so is its release",
                    "`bpp releases rollback ID` puts another in service; `bpp releases verify` tells"
                    " which are whole",
                )
            self._swap_in(self.folder(release_id))
        note(self.published.parent, "put_back", release_id=release_id)
        return f"{self.current.name}, the file in service, {what}: put back from release {release_id}"

    def damage_in_service(self) -> str | None:
        """Say in words what is wrong with the file in service; None where it is that of a kept release."""
        if not self.current.exists():
            return "is gone" if self._served.exists() else None
        try:
            release_id = self.in_service()
        except DamagedError:
            return "is damaged"
        try:
            manifest = self.manifest(str(release_id))
        except BppError:
            manifest = {}  # its release is gone, or damaged itself: there is nothing to compare with
        return otherwise_than_sealed(self.current, manifest) or without_rows(self.current)

    def _to_be_served(self) -> str | None:
        """Return the release that was put in service last, or else the newest; None where it is damaged."""
        told = self.served() or self.newest_whole()
        if told is None:
            return None
        try:
            ensure_sealed(self.folder(told))
        except BppError:
            return None
        return told

    def _swap_in(self, folder: Path) -> None:
        source = folder / FILE
        close_to_writers(source)
        fresh = self.published / f".{FILE}.{builder()}"
        try:
            with source.open("rb") as read, fresh.open("wb") as write:
                shutil.copyfileobj(read, write, 1 << 22)
                write.flush()
                os.fsync(write.fileno())
            close_to_writers(fresh)
            # Whoever opened the file to write may have left a log: it belongs to the release before.
            self.current.with_name(f"{FILE}.wal").unlink(missing_ok=True)
            os.replace(fresh, self.current)  # noqa: PTH105
            self._served.write_text(folder.name, encoding="utf-8")
            self._unserved.unlink(missing_ok=True)
        finally:
            fresh.unlink(missing_ok=True)

    def prune(self, keep: int) -> list[str]:
        """Remove all but the newest releases; never the one in service, nor the newest that is whole.

        The newest carries the history on. Return the ids of those that are gone. Errors: DamagedError where
        the file in service cannot be read, for then nobody knows which release it is.
        """
        kept = {*self.ids()[-keep:], self.in_service(), self.newest_whole()}
        gone = [one for one in self.ids() if one not in kept]
        for release_id in gone:
            self.remove(release_id)
            note(self.published.parent, "prune", release_id=release_id)
        return gone

    def remove(self, release_id: str) -> None:
        """Remove a release, whichever it is."""
        # Its name goes first: what is half-removed is no release, and is swept as what is half-built.
        shutil.rmtree(self.building, ignore_errors=True)
        os.replace(self.releases / release_id, self.building)  # noqa: PTH105
        shutil.rmtree(self.building)

    def replace(self, release_id: str, made: Path) -> None:
        """Put a folder, which is complete, in the place of a release's; killed half-way, none is lost."""
        close_to_writers(made / FILE)
        aside = self.published / f"{REPLACED}{release_id}"
        os.replace(self.releases / release_id, aside)  # noqa: PTH105
        os.replace(made, self.releases / release_id)  # noqa: PTH105
        shutil.rmtree(aside)

    def put_replaced_back(self) -> None:
        """Put a release back whose replacing was cut short; remove what was replaced to its end."""
        for aside in self.published.glob(f"{REPLACED}*"):
            place = self.releases / aside.name.removeprefix(REPLACED)
            if place.exists():
                shutil.rmtree(aside)
            else:
                os.replace(aside, place)  # noqa: PTH105

    def withdraw(self) -> None:
        """Leave nothing in service: there is no release that may be."""
        for path in (self.current, self._served, self._unserved):
            path.unlink(missing_ok=True)

    def served(self) -> str | None:
        """Return the id of the release that was put in service last, whatever became of the file.

        None where none was, or where that cannot be read any more.
        """
        try:
            return self._served.read_text(encoding="utf-8").strip() if self._served.exists() else None
        except (OSError, ValueError):
            return None

    @contextmanager
    def _serving(self) -> Iterator[None]:
        """Let one process at a time look at the file in service and swap another in; wait for it."""
        with lock_file(self.published / ".lock") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
