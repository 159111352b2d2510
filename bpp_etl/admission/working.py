"""A registry's working files: one delivery is built apart, and takes its place in one step or not at all.

`registries/<registry>/building.duckdb` is private to the one process that holds the registry's lock, and lies
elsewhere by `BPP_SCRATCH`; `admitted.duckdb` is the last admitted delivery, `shut.duckdb` the one that was
refused whole since, if any.
Not here: what is built in them.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from bpp_etl.admission.judgement import Judgement, judgement_in
from bpp_etl.admission.scratch import ARRIVING, make_scratch, put_in_place, scratch_of
from bpp_etl.errors import BppError, BusyError, DamagedError, OtherVersionError
from bpp_etl.landing.deliveries import REGISTRY_NAME
from bpp_etl.reading.scratch import SCRATCH
from bpp_etl.warehouse.connection import log_of, one_row, opened_read_only, room_for
from bpp_etl.warehouse.damage import is_damage
from bpp_etl.warehouse.lock_file import lock_file

T = TypeVar("T")
STATUSES = ("admitted", "shut")
_READ: dict[tuple[Path, Callable[[Path], Any]], tuple[str, Any]] = {}
"""What was read of each file, and of which: a refresh asks several times, and to open one takes 10 ms."""
SPILL = ".duckdb_spill"
"""Where DuckDB puts what does not fit into memory (`warehouse/connection.py`)."""


@dataclass(frozen=True)
class InPlace:
    """What a registry's working files hold, by status; of those that cannot be read, by status, why.

    That is that they are damaged, or that another version wrote them.
    """

    judged: Mapping[str, Judgement]
    damaged: Mapping[str, DamagedError]


@dataclass(frozen=True)
class WorkingFiles:
    """The places of one registry's working files."""

    folder: Path

    @classmethod
    def of(cls, warehouse: Path, registry: str) -> WorkingFiles:
        """Name the working files of a registry in a warehouse."""
        if not REGISTRY_NAME.fullmatch(registry):
            raise BppError("a registry's name does not fit", "letters, digits, _ and - only")
        return cls(warehouse / "registries" / registry)

    @property
    def warehouse(self) -> Path:
        """The warehouse that the registry is one of."""
        return self.folder.parent.parent

    @property
    def scratch(self) -> Path:
        """The folder to build in: the registry's own, or one on a disk of this machine's own."""
        return scratch_of(self.folder, os.environ)

    @property
    def building(self) -> Path:
        """The delivery being judged."""
        return self.scratch / "building.duckdb"

    @property
    def admitted(self) -> Path:
        """The registry's last admitted delivery."""
        return self.folder / "admitted.duckdb"

    @property
    def shut(self) -> Path:
        """The delivery that was refused whole since."""
        return self.folder / "shut.duckdb"

    @property
    def before_warnings(self) -> Path:
        """The delivery before the first one with a warning that waits for an answer."""
        return self.folder / "before_warnings.duckdb"

    @property
    def places(self) -> tuple[Path, ...]:
        """Every file that holds patients of a judged delivery."""
        return (*map(self.place_of, STATUSES), self.before_warnings)

    @property
    def patient_digests(self) -> Path:
        """Digests of the admitted patients' days, by which other registries know them again."""
        return self.folder / "patient_digests.parquet"

    @property
    def digests_elsewhere(self) -> dict[str, Path]:
        """Name the files of digests of the warehouse's other registries that have an admitted delivery."""
        found = {}
        for folder in sorted(self.folder.parent.iterdir()) if self.folder.parent.exists() else ():
            other = WorkingFiles(folder)
            if folder != self.folder and other.admitted.exists() and other.patient_digests.exists():
                found[folder.name] = other.patient_digests
        return found

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the registry against other writers; wait for none. Errors: BusyError, BppError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with lock_file(self.folder / ".lock") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BusyError(
                    f"registry {self.folder.name} is being refreshed by another process",
                    "wait for it to end, then try again",
                ) from None
            yield

    def start_building(self) -> Path:
        """Clear what a killed process left, copies of delivered files among it; name the file to build in."""
        self.folder.mkdir(parents=True, exist_ok=True)
        make_scratch(self.scratch)
        for folder in {self.folder, self.scratch}:
            discard(folder / self.building.name)
            for left in folder.iterdir():
                if left.name.startswith(SCRATCH) or left.name == SPILL:
                    shutil.rmtree(left, ignore_errors=True)
                elif left.name.startswith(ARRIVING):
                    left.unlink(missing_ok=True)
        return self.building

    @contextmanager
    def at_hand(self, path: Path) -> Iterator[Path]:
        """Yield what may be written in: the file, or a copy on our own disk that later takes its place."""
        if self.scratch == self.folder:
            yield path
            return
        make_scratch(self.scratch)
        own = self.scratch / path.name
        try:
            with room_for(own):
                shutil.copyfile(path, own)
            yield own
            put_in_place(own, path)
        finally:
            discard(own)

    def settle(self, status: str) -> None:
        """Put the judged delivery in its place; readers of the file before keep it."""
        if log_of(self.building).exists():
            raise BppError(
                f"the working file of {self.folder.name} was not written to its end",
                "check the free space of the disk, then refresh again",
            )
        place = self.place_of(status)
        if place.is_dir():
            shutil.rmtree(place)
        # A log that a killed process left belongs to the file before; it must not be replayed into this one.
        log_of(place).unlink(missing_ok=True)
        put_in_place(self.building, place)
        mark_of(place).unlink(missing_ok=True)
        if status == "admitted":
            discard(self.shut)

    def place_of(self, status: str) -> Path:
        """Name the file that a delivery of a status is put in."""
        return self.admitted if status == "admitted" else self.shut

    def in_place(self) -> InPlace:
        """Look what is in place: at most one admitted and one shut delivery; a damaged file is only named.

        Errors: BusyError where another process writes one of them.
        """
        judged, damaged = {}, {}
        for status in STATUSES:
            try:
                with self.unharmed(status) as path:
                    if path.exists():
                        judged[status] = read_once(path, _judgement_of)
            except DamagedError as error:
                damaged[status] = error
        return InPlace(judged, damaged)

    def judgements(self) -> Mapping[str, Judgement]:
        """Read what is in place; errors: DamagedError where one of the files is damaged."""
        found = self.in_place()
        for error in found.damaged.values():
            raise error
        return found.judged

    def _damage_of(self, status: str, error: type[DamagedError] = DamagedError) -> DamagedError:
        """Word what is to be said where the file of a status is damaged, or of another version."""
        what = "was written by another version" if error is OtherVersionError else "is damaged"
        return error(
            f"{self.place_of(status).name} of {self.folder.name} {what}",
            "refresh again: its delivery is judged anew where it is still in the landing",
        )

    @contextmanager
    def unharmed(self, status: str) -> Iterator[Path]:
        """Yield a file to be read; where it turns out to be damaged, mark it, so that it is not read again.

        What is not read is not looked at: damage in its middle shows only there. Errors: DamagedError.
        """
        path = self.place_of(status)
        if _is_marked(path):
            raise self._damage_of(status)
        try:
            yield path
        except OtherVersionError:
            raise self._damage_of(status, OtherVersionError) from None
        except (DamagedError, duckdb.Error) as error:
            if not isinstance(error, DamagedError) and not is_damage(error):
                raise
            mark_of(path).write_text(_identity_of(path), encoding="utf-8")
            raise self._damage_of(status) from None


def read_once(path: Path, read: Callable[[Path], T]) -> T:
    """Read a working file, or remember what was read of it while nobody has written or replaced it."""
    identity = _identity_of(path)
    known = _READ.get((path, read))
    if known is None or known[0] != identity:
        known = _READ[path, read] = (identity, read(path))
    return known[1]


def _judgement_of(path: Path) -> Judgement:
    with opened_read_only(path) as con:
        return judgement_in(con, path)


def sweep(warehouse: Path) -> None:
    """Clear away what killed processes left half-built in any registry that nobody writes just now."""
    folder = warehouse / "registries"
    for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
        if entry.is_dir() and REGISTRY_NAME.fullmatch(entry.name):
            with suppress(BppError):  # whoever refreshes that registry is told
                files = WorkingFiles(entry)
                with files.locked():
                    files.start_building()


def shut_story(files: WorkingFiles) -> tuple[str, list[str]] | None:
    """Return the delivery that was refused whole, and why in words; None where none was."""
    if not files.shut.exists():
        return None
    with opened_read_only(files.shut) as con:
        delivery, messages = one_row(con, "select delivery, messages from quality.delivery")
    return str(delivery), [str(message) for message in messages]


def warnings_of(files: WorkingFiles) -> tuple[str, ...]:
    """Return in words what everyone is told of the registry's newest delivery; nothing where it is shut."""
    if files.shut.exists() or not files.admitted.exists():
        return ()
    with opened_read_only(files.admitted) as con:
        warned, told = one_row(con, "select warned, warnings from quality.delivery")
    return tuple(f"{words} ({of.split('.')[1]})" for of, words in zip(warned, told, strict=True))


def discard(path: Path) -> None:
    """Remove a database file, and the log and the mark beside it."""
    for one in (path, log_of(path), mark_of(path)):
        one.unlink(missing_ok=True)


def mark_of(path: Path) -> Path:
    """Name the mark that says which file in this place is damaged; whatever takes its place is not."""
    return path.with_name(path.name + ".damaged")


def _is_marked(path: Path) -> bool:
    mark = mark_of(path)
    return mark.exists() and path.exists() and mark.read_text(encoding="utf-8") == _identity_of(path)


def _identity_of(path: Path) -> str:
    found = path.stat()
    return f"{found.st_ino} {found.st_size} {found.st_mtime_ns}"
