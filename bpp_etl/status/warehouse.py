"""How a warehouse is as a whole: its registries, the release in service, the disk, and what needs a person.

Not here: laying it out (`show.py`).
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bpp_etl.errors import BppError, UsageError
from bpp_etl.identity.erased import pending_registries
from bpp_etl.identity.pseudonyms import pseudonyms_of
from bpp_etl.landing.deliveries import Landing
from bpp_etl.reading.limits import in_words
from bpp_etl.release.inputs import ReleaseInput, release_input
from bpp_etl.release.seal import WITHDRAWN
from bpp_etl.release.shelf import FILE, REPORT, Shelf
from bpp_etl.settings import Places
from bpp_etl.status.needs import Need, need_of_folder, needs_of_registry
from bpp_etl.status.registries import RegistryStatus, statuses_of
from bpp_etl.storage.look import look_at_landing
from bpp_etl.warehouse.beside import all_beside
from bpp_etl.warehouse.connection import one_row, opened_read_only

ROOM = 3
"""How often the warehouse's databases must fit into what is free: each is built beside the one in use."""
LEAST_ROOM = 1 << 30


@dataclass(frozen=True)
class ReleaseStatus:
    """The release in service: its id, when it was made, and whether it holds all that is admitted."""

    release_id: str
    created_at: dt.datetime
    is_newest: bool
    is_current: bool
    report: Path
    withdrawn: Mapping[str, int]


@dataclass(frozen=True)
class WarehouseStatus:
    """One look at a warehouse."""

    root: Path
    landing: str
    at: dt.datetime
    registries: Sequence[RegistryStatus]
    release: ReleaseStatus | None
    daemon: str
    free_bytes: int
    left_alone: Sequence[str]
    needs: Sequence[Need]

    def kinds(self) -> list[str]:
        """Tell what needs a person by registry and kind, each once, without a name or word of a delivery."""
        counted = Counter((need.about, need.kind) for need in self.needs)
        return [
            f"{about}: {kind}" + (f" ({count} times)" if count > 1 else "")
            for (about, kind), count in counted.items()
        ]


@dataclass(frozen=True)
class Operated:
    """What only those know who run the graph: when registries were admitted, what is late, and the daemon."""

    admitted_days: Mapping[str, float | None]
    registry_fresh_days: float
    release_fresh_days: float
    daemon: str
    is_running: bool
    needs: tuple[Need, ...] = ()


def status_of(places: Places, operated: Operated, at: dt.datetime) -> WarehouseStatus:
    """Look at a warehouse without touching it; `at` is the moment of the look, in UTC.

    Of a landing that lies elsewhere, what was copied at the last look is told.
    """
    root = places.warehouse
    needs = [
        Need(registry, "an erasure", "the erasure of a patient was cut short", "bpp refresh")
        for registry in pending_registries(root)
    ]
    needs += operated.needs
    try:
        pseudonyms_of(os.environ, places)
    except UsageError as error:
        needs.append(Need("settings", "the key of pseudonyms", error.message, error.hint))
    try:
        found = look_at_landing(places, is_fetching=False)
    except UsageError as error:
        found = Landing()
        needs.append(Need("landing", "no landing", error.message, error.hint))
    registries = statuses_of(root, found, operated.admitted_days)
    for registry in registries:
        needs += needs_of_registry(
            registry, operated.registry_fresh_days, at.date(), is_running=operated.is_running
        )
    needs += [
        need_of_folder(registry.name)
        for registry in registries
        if registry.state == "not_delivered"
        and places.landing.is_dir()
        and not (places.landing / registry.name).exists()
    ]
    needs += [
        Need(
            "landing",
            "a name left alone",
            f"left alone: {name}",
            "name it as docs/registry.md says, or take it away",
        )
        for name in found.unfit
        if name.split(" ")[0] not in found.closed
    ]
    release: ReleaseStatus | None = None
    try:
        release = _release_of(root)
        needs += _needs_of_release(release, registries, operated, at)
        what = Shelf.of(root).damage_in_service()
        if what is not None:
            told = f"{FILE}, the file in service, {what}"
            needs.append(Need("release", "damaged", told, "bpp refresh, which puts it back where it can"))
    except BppError as error:
        needs.append(Need("release", "damaged", error.message, error.hint))
    free, wanted = shutil.disk_usage(_there(root)).free, max(LEAST_ROOM, ROOM * _size_of(root))
    if free < wanted:
        told = f"{in_words(free)} are free; a refresh may need {in_words(wanted)}"
        needs.append(Need("disk", "little room", told, "free some space, or `bpp releases prune`"))
    return WarehouseStatus(
        root, places.landing_told, at, registries, release, operated.daemon, free, found.unfit, tuple(needs)
    )


def _release_of(root: Path) -> ReleaseStatus | None:
    shelf = Shelf.of(root)
    release_id = shelf.in_service()
    if release_id is None:
        return None
    with opened_read_only(shelf.current) as con:
        (created_at,) = one_row(con, "select created_at from meta.release")
    newest = shelf.newest()
    return ReleaseStatus(
        release_id,
        created_at if created_at.tzinfo is not None else created_at.replace(tzinfo=dt.UTC),
        release_id == newest,
        newest is not None and _is_current(root, shelf.manifest(newest)),
        shelf.releases / release_id / REPORT,
        shelf.manifest(release_id).get(WITHDRAWN, {}),
    )


def _is_current(root: Path, manifest: Mapping[str, Any]) -> bool:
    """Say whether a release was made of what is admitted, by the rules of today; any protocol will do."""
    made, now = ReleaseInput.from_manifest(manifest["input"]), release_input(root, ())
    return _admitted_in(made) == _admitted_in(now) and made.code_version == now.code_version


def _admitted_in(inputs: ReleaseInput) -> list[str]:
    return [told for told in inputs.deliveries if ":admitted:" in told]


def _needs_of_release(
    release: ReleaseStatus | None, registries: Sequence[RegistryStatus], operated: Operated, at: dt.datetime
) -> Iterator[Need]:
    if release is None:
        if any(registry.admitted for registry in registries):
            yield Need("release", "none", "none is in service, though deliveries are admitted", "bpp refresh")
        return
    if not release.is_newest:
        yield Need(
            "release",
            "not the newest",
            f"{release.release_id} is in service, and newer ones are kept: somebody stepped back",
            "bpp releases list; bpp releases rollback ID puts the newest back",
        )
    elif not release.is_current and not any(registry.state == "waiting" for registry in registries):
        yield Need(
            "release",
            "not of today",
            "what is admitted, or the rules, changed since it was made",
            "bpp refresh",
        )
    for protocol, patients in release.withdrawn.items():
        yield Need(
            "release",
            "calls withdrawn",
            f"of {patients} {'patient' if patients == 1 else 'patients'} the release before called a "
            f"pseudoprogression or true progression by {protocol}, and this one does not",
            "bpp releases diff; ask the registry why what it had delivered is another now",
        )
    age = (at - release.created_at) / dt.timedelta(days=1)
    if age > operated.release_fresh_days:
        yield Need("release", "late", f"made {age:.0f} days ago", "ask for deliveries, then bpp refresh")


def _there(path: Path) -> Path:
    return next(one for one in (path, *path.parents) if one.exists())


def _size_of(root: Path) -> int:
    shelf = Shelf.of(root)
    served = shelf.served()
    beside = all_beside(shelf.releases / served) if served else ()
    files = (*root.glob("registries/*/*.duckdb"), *root.glob("published/*.duckdb"), *beside)
    return sum(path.stat().st_size for path in files)
