"""A registry's working files: one delivery is built apart, and takes its place in one step or not at all.

`registries/<registry>/building.duckdb` is private to the one process that holds the registry's lock;
`admitted.duckdb` is the last admitted delivery, `shut.duckdb` the one that was refused whole since, if any.
Not here: what is built in them.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bpp_etl.errors import BppError, BusyError
from bpp_etl.landing.deliveries import REGISTRY_NAME
from bpp_etl.reading.files import SCRATCH
from bpp_etl.warehouse.connection import one_row, opened_read_only

SPILL = ".duckdb_spill"
"""Where DuckDB puts what does not fit into memory (`warehouse/connection.py`)."""


@dataclass(frozen=True)
class Judgement:
    """What a working file says of the delivery in it."""

    delivery: str
    status: str
    input_digest: str
    code_version: str


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
    def building(self) -> Path:
        """The delivery being judged."""
        return self.folder / "building.duckdb"

    @property
    def admitted(self) -> Path:
        """The registry's last admitted delivery."""
        return self.folder / "admitted.duckdb"

    @property
    def shut(self) -> Path:
        """The delivery that was refused whole since."""
        return self.folder / "shut.duckdb"

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
        """Hold the registry against other writers; wait for none."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as handle:
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
        discard(self.building)
        for left in self.folder.iterdir():
            if left.name.startswith(SCRATCH) or left.name == SPILL:
                shutil.rmtree(left, ignore_errors=True)
        return self.building

    def settle(self, status: str) -> None:
        """Put the judged delivery in its place; readers of the file before keep it."""
        if log_of(self.building).exists():
            raise BppError(
                f"the working file of {self.folder.name} was not written to its end",
                "check the free space of the disk, then refresh again",
            )
        place = self.admitted if status == "admitted" else self.shut
        # A log that a killed process left belongs to the file before; it must not be replayed into this one.
        log_of(place).unlink(missing_ok=True)
        os.replace(self.building, place)  # noqa: PTH105
        if status == "admitted":
            discard(self.shut)

    def judgements(self) -> dict[str, Judgement]:
        """Read what is in place: at most one admitted and one shut delivery."""
        found = {}
        for status, path in (("admitted", self.admitted), ("shut", self.shut)):
            if not path.exists():
                continue
            with opened_read_only(path) as con:
                row = one_row(
                    con, "select delivery, status, input_digest, code_version from quality.delivery"
                )
            found[status] = Judgement(*row)
        return found


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
        (told,) = one_row(con, "select warnings from quality.delivery")
    return tuple(map(str, told))


def discard(path: Path) -> None:
    """Remove a database file and the log beside it."""
    path.unlink(missing_ok=True)
    log_of(path).unlink(missing_ok=True)


def log_of(path: Path) -> Path:
    """Name the log that DuckDB keeps beside a file it has not yet folded it into."""
    return path.with_name(path.name + ".wal")
