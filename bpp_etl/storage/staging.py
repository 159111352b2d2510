"""Lays one delivery out in a folder of this machine: objects are copied, and only those that changed.

Not here: which deliveries (`look.py`), and asking a store (`objects.py`).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bpp_etl.errors import BppError
from bpp_etl.landing.deliveries import CONFIGURATION, Delivery, delivery_of, ending_of
from bpp_etl.reading.limits import Limits
from bpp_etl.storage.objects import Object, Store, fetched, reason_of, state_of
from bpp_etl.storage.tables import ROWS, ensure_readers, reader_of, tables_among, write_rows

CLOSED = 0o700
LONGEST_NAME = 255
VANISHED = "the store tells one thing and then another: an object of it vanished, or changed, meanwhile"
AGAIN = "refresh again; a sender that writes `_COMPLETE` last is not read before"

Record = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Home:
    """Where copies of one landing lie: deliveries, the files of their tables, and what is known of them."""

    folder: Path

    @property
    def landing(self) -> Path:
        """The folder that is laid out as a landing."""
        return self.folder / "landing"

    def record_of(self, registry: str) -> Path:
        """Name the file that says in which state each object of a registry was when it was copied."""
        return self.folder / "records" / f"{registry}.json"

    def tables_of(self, registry: str, delivery: str) -> Path:
        """Name the folder of the files of a delivery's tables of a lakehouse."""
        return self.folder / "tables" / registry / delivery

    def coming_of(self, registry: str, delivery: str) -> Path:
        """Name the folder of a delivery that is not yet there as a whole."""
        return self.folder / "coming" / registry / delivery


@dataclass(frozen=True)
class Sent:
    """What a store has of one delivery: its objects, by their paths in it, and the registry's own file."""

    registry: str
    delivery: str
    objects: Sequence[Object]
    configuration: Object | None


def is_a_name(part: str) -> bool:
    """Say whether a part of a key can be a file's name."""
    fits = part not in {"", ".", ".."} and "/" not in part and "\0" not in part
    return fits and len(os.fsencode(part)) <= LONGEST_NAME


def stage(store: Store, sent: Sent, home: Home, limits: Limits) -> Delivery:
    """Copy what changed of a delivery; return it as it lies here.

    It appears once all of it is there. Errors: BppError where an object cannot be had, or a package that
    reads its tables is missing; what was here stays.
    """
    own = [one for one in sent.objects if all(map(is_a_name, one.parts))]
    tables = tables_among(one.parts for one in own)
    ensure_readers(set(tables.values()))
    there = home.landing / sent.registry / sent.delivery
    place = there if there.is_dir() else home.coming_of(sent.registry, sent.delivery)
    of_tables = home.tables_of(sent.registry, sent.delivery)
    for folder in (
        place,
        there.parent,
        home.record_of(sent.registry).parent,
        *(of_tables / one for one in tables),
    ):
        make_closed(folder, home.folder)
    record = _read(home.record_of(sent.registry))
    copying = _Copying(store, home, record, home.record_of(sent.registry))
    try:
        wanted = {(of_tables if one.parts[0] in tables else place).joinpath(*one.parts): one for one in own}
        for path, one in wanted.items():
            copying.bring(one, path, f"{sent.delivery}/{'/'.join(one.parts)}")
        for name, kind in tables.items():
            files = {path: record[_known(sent, one)] for path, one in wanted.items() if one.parts[0] == name}
            _clear(of_tables / name, set(files))
            made = place / name / ROWS
            make_closed(made.parent, home.folder)
            copying.settle(kind, of_tables / name, made, list(files.values()), limits)
            wanted[made] = own[0]
        _clear(place, set(wanted))
        _bring_configuration(copying, sent, there.parent / CONFIGURATION)
    finally:
        copying.write()
    if place != there:
        os.replace(place, there)  # noqa: PTH105
    delivery = delivery_of(there)
    if delivery is None:
        raise ValueError("no delivery")
    return delivery


def _known(sent: Sent, one: Object) -> str:
    return f"{sent.delivery}/{'/'.join(one.parts)}"


def _bring_configuration(copying: _Copying, sent: Sent, path: Path) -> None:
    if sent.configuration is None:
        path.unlink(missing_ok=True)
    else:
        copying.bring(sent.configuration, path, CONFIGURATION)


@dataclass
class _Copying:
    """Copies objects, and keeps in `record` the state in which each was, and the sha256 of its bytes."""

    store: Store
    home: Home
    record: Record
    file: Path

    def bring(self, one: Object, path: Path, name: str) -> None:
        """Copy an object unless it is here in its very state; of what nothing reads, the name alone."""
        is_of_a_table = self.home.folder / "tables" in path.parents
        if not is_of_a_table and ending_of(path.name) is None and path.name != CONFIGURATION:
            if not path.exists():
                make_closed(path.parent, self.home.folder)
                path.touch(mode=0o600)
            return
        try:
            if path.is_file() and self.record.get(name, {}).get("state") == state_of(self.store, one):
                return
            self._fetch(one, path, name)
        except FileNotFoundError:
            raise BppError(VANISHED, AGAIN) from None
        except PermissionError:
            raise BppError("a file of it cannot be opened", "let this account read it") from None
        except OSError as error:
            if error.errno is not None:  # the disk's, not the store's
                raise
            raise BppError(*reason_of(error)) from None

    def _fetch(self, one: Object, path: Path, name: str) -> None:
        coming = self.home.folder / f".coming.{os.getpid()}"
        try:
            try:
                state, digest = fetched(self.store, one, coming)
            except OSError as error:
                if str(error) != "changed while it was fetched":
                    raise
                raise BppError(VANISHED, AGAIN) from None
            make_closed(path.parent, self.home.folder)
            os.replace(coming, path)  # noqa: PTH105
            self.record[name] = {"state": state, "sha256": digest}
            self.write()
        finally:
            coming.unlink(missing_ok=True)

    def settle(
        self, kind: str, folder: Path, made: Path, files: Sequence[Mapping[str, str]], limits: Limits
    ) -> None:
        """Write a table's rows anew where a file of it is another, or what reads it."""
        told = json.dumps([list(files), reader_of(kind), asdict(limits)], sort_keys=True)
        state, name = hashlib.sha256(told.encode()).hexdigest(), str(made.relative_to(made.parents[2]))
        if made.is_file() and self.record.get(name, {}).get("state") == state:
            return
        if write_rows(kind, folder, made, limits):
            self.record[name] = {"state": state}
        else:  # tried again at the next look: the machine may have been to blame
            self.record.pop(name, None)
        self.write()

    def write(self) -> None:
        """Keep what is known, whole or as it was."""
        fresh = self.file.with_name(f".{self.file.name}")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(self.record), encoding="utf-8")
        os.replace(fresh, self.file)  # noqa: PTH105


def forget(home: Home, registry: str, delivery: str | None = None) -> None:
    """Remove the copies of a delivery that its sender took away, or of all of a registry's."""
    for folder in (home.landing, home.folder / "tables", home.folder / "coming"):
        shutil.rmtree(folder / registry / (delivery or ""), ignore_errors=True)
    if delivery is None:
        home.record_of(registry).unlink(missing_ok=True)


def make_closed(folder: Path, within: Path) -> None:
    """Make a folder, and those around it up to one that is there, for the owner alone."""
    if not folder.is_dir():
        make_closed(folder.parent, within) if folder != within else folder.parent.mkdir(
            parents=True, exist_ok=True
        )
        folder.unlink(missing_ok=True)  # a name that was an object's
        folder.mkdir(mode=CLOSED, exist_ok=True)
        folder.chmod(CLOSED)


def _read(path: Path) -> Record:
    try:
        told: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return dict(told) if isinstance(told, dict) else {}


def _clear(folder: Path, wanted: set[Path]) -> None:
    """Remove the copies of what is not there any more, and folders that hold nothing."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif path not in wanted:
            path.unlink()
