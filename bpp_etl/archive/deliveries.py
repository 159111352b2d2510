"""What deliveries were made of: kept when they are judged, brought back to be read again, and let go.

`<warehouse>/raw/files` has the files, by digest; `<warehouse>/raw/deliveries/<registry>` a list for each
delivery, of the names that its files had. Nothing is kept of a registry whose ids are pseudonyms, or which a
patient was erased from: its files hold the patients as they came. Not here: one file (`files.py`).
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bpp_etl.archive.files import ENDING, HALF_MADE, put, write_back
from bpp_etl.errors import DamagedError
from bpp_etl.landing.deliveries import CONFIGURATION, DeliveredFile, Delivery, delivery_of
from bpp_etl.reading.files import opened_in_place
from bpp_etl.reading.inputs import ReadAs, configuration_file, files_in, home_of
from bpp_etl.reading.limits import load_limits
from bpp_etl.reading.problems import UnreadableError
from bpp_etl.reading.remembered import ReadDelivery
from bpp_etl.warehouse.connection import room_for
from bpp_etl.warehouse.side_by_side import AT_ONCE

RAW = "raw"
OF_REGISTRY = f"../{CONFIGURATION}"
"""How the registry's configuration is called in a list: it lies beside the delivery."""


@dataclass(frozen=True)
class KeptFile:
    """A file of a delivery: its name there, and the digest that it is kept by."""

    name: str
    digest: str


def keep_delivery(
    warehouse: Path, delivery: Delivery, read: ReadDelivery, *, is_treated: bool = False
) -> bool:
    """Keep what a delivery was read from; say whether it is kept.

    It is not where what lies in the landing is no longer what was read, which the next refresh reads; and
    where the ids of its registry are treated, nor is then what was kept of it before. Errors: NoRoomError.
    """
    if is_treated:
        # What was kept before ids were treated holds them as they came; mostly nothing was.
        if any(_lists(warehouse, delivery.registry)):
            forget_registry(warehouse, delivery.registry)
        return False
    place = _list_of(warehouse, delivery.registry, delivery.name, read.input_digest)
    if _is_kept(warehouse, place):
        return True
    # Many may keep at once; nobody removes what no list names yet.
    with room_for(place), _held(warehouse, fcntl.LOCK_SH):
        try:
            kept = _files_kept(warehouse, delivery, read)
        except UnreadableError:
            # Nobody has read it, or it was taken away since: then it is another delivery at the next look.
            return False
        if kept is None:
            return False
        place.parent.mkdir(parents=True, exist_ok=True)
        half = place.with_name(f"{HALF_MADE}{place.name}")
        half.write_text(json.dumps([asdict(one) for one in kept], ensure_ascii=False), encoding="utf-8")
        os.replace(half, place)  # noqa: PTH105
    return True


def _is_kept(warehouse: Path, place: Path) -> bool:
    """Say whether a list is there, and all that it names; one that is damaged is written anew."""
    try:
        return all((_files(warehouse) / f"{one.digest}{ENDING}").is_file() for one in _read_list(place))
    except (FileNotFoundError, DamagedError):
        return False


def _files_kept(warehouse: Path, delivery: Delivery, read: ReadDelivery) -> list[KeptFile] | None:
    """Keep a delivery's files and its registry's configuration; None where they are not what was read."""
    folder, limits = _files(warehouse), load_limits(os.environ)
    whole = ReadAs(delivery, limits)
    whole.files = files = files_in(delivery)

    def keep(file: DeliveredFile) -> KeptFile:
        with opened_in_place(file, home_of(delivery), limits) as stream:
            return KeptFile(file.name, put(folder, stream))

    # To pack a file keeps one core busy.
    with ThreadPoolExecutor(AT_ONCE) as pool:
        kept = list(pool.map(keep, files))
    for file, one in zip(files, kept, strict=True):
        whole.note(file, one.digest)
    configuration = configuration_file(delivery)
    if configuration is not None:
        with opened_in_place(configuration, home_of(delivery).parent, limits) as stream:
            kept.append(KeptFile(OF_REGISTRY, put(folder, stream)))
    return kept if whole.digest() == read.input_digest else None


@contextmanager
def brought_back(warehouse: Path, registry: str, name: str) -> Iterator[Delivery | None]:
    """Lay a kept delivery out as it lay in the landing, for as long as it is read; None where none is kept.

    Of several under one name it is the one that was kept last. Errors: DamagedError.
    """
    lists = sorted(_lists(warehouse, registry, name), key=lambda one: one.stat().st_mtime_ns)
    if not lists:
        yield None
        return
    with TemporaryDirectory(prefix="bpp-kept-") as scratch:
        home = Path(scratch).resolve() / registry / name
        home.mkdir(parents=True)
        for file in _read_list(lists[-1]):
            target = (home / file.name).resolve()
            if file.name != OF_REGISTRY and not target.is_relative_to(home):
                raise _no_list(lists[-1])
            target.parent.mkdir(parents=True, exist_ok=True)
            write_back(_files(warehouse), file.digest, target)
        yield delivery_of(home)


def forget_registry(warehouse: Path, registry: str) -> int:
    """Let go of all that is kept of a registry that somebody was erased from; return how many deliveries."""
    with _held(warehouse, fcntl.LOCK_EX):
        lists = list(_lists(warehouse, registry))
        for one in lists:
            one.unlink()
        _remove_unlisted(warehouse)
    return len(lists)


def sweep_archive(warehouse: Path, wanted: Collection[tuple[str, str, str]]) -> int:
    """Let go of the deliveries that no kept release was made of; return how many.

    `wanted` are those that are, as registry, delivery and input digest. The last one of each registry stays
    in any case: it was just judged, and the next release will be made of it.
    """
    places = {_list_of(warehouse, *one) for one in wanted}
    gone = 0
    with _held(warehouse, fcntl.LOCK_EX):
        for folder in _registries(warehouse):
            lists = sorted(folder.glob("*.json"), key=lambda one: one.stat().st_mtime_ns)
            for one in lists[:-1]:
                if one not in places:
                    one.unlink()
                    gone += 1
        _remove_unlisted(warehouse)
    return gone


@contextmanager
def _held(warehouse: Path, how: int) -> Iterator[None]:
    """Hold the archive, alone or with others; wait for it."""
    folder = warehouse / RAW
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as handle:
        fcntl.flock(handle, how)
        yield


def _remove_unlisted(warehouse: Path) -> None:
    """Remove the files that no list names, and what killed processes left."""
    named = {
        f"{file.digest}{ENDING}"
        for folder in _registries(warehouse)
        for one in folder.glob("*.json")
        for file in _read_list(one)
    }
    for path in _files(warehouse).glob("*"):
        if path.name not in named:
            path.unlink(missing_ok=True)
    for folder in _registries(warehouse):
        with suppress(OSError):  # others are kept there
            folder.rmdir()


def _read_list(path: Path) -> list[KeptFile]:
    try:
        return [KeptFile(str(one["name"]), str(one["digest"])) for one in json.loads(path.read_bytes())]
    except (ValueError, KeyError, TypeError):
        raise _no_list(path) from None


def _no_list(path: Path) -> DamagedError:
    where = f"{RAW}/deliveries/{path.parent.name}/{path.name}"
    return DamagedError(
        f"{where}, the list of the files of a delivery, is damaged",
        "remove it; the landing may still have the delivery",
    )


def _files(warehouse: Path) -> Path:
    return warehouse / RAW / "files"


def _registries(warehouse: Path) -> list[Path]:
    folder = warehouse / RAW / "deliveries"
    return sorted(one for one in folder.iterdir() if one.is_dir()) if folder.is_dir() else []


def _lists(warehouse: Path, registry: str, name: str = "") -> Iterator[Path]:
    """Find the lists of a registry, or of one delivery of it: by its whole name, which is no pattern."""
    for one in (warehouse / RAW / "deliveries" / registry).glob("*.json"):
        if not name or one.name.partition(".")[0] == name:
            yield one


def _list_of(warehouse: Path, registry: str, name: str, digest: str) -> Path:
    return warehouse / RAW / "deliveries" / registry / f"{name}.{digest}.json"
