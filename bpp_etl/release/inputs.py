"""What the next release would be built on, and whether the newest one was built on just that.

Not here: building it (`release/build.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bpp_etl.admission.judgement import Judgement
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.code_version import code_version
from bpp_etl.errors import BusyError, UsageError
from bpp_etl.events import Protocol
from bpp_etl.events.protocol_file import shipped
from bpp_etl.landing.deliveries import REGISTRY_NAME, Delivery, delivery_of
from bpp_etl.release.readable import is_readable
from bpp_etl.release.shelf import FILE, Shelf


@dataclass(frozen=True)
class ReleaseInput:
    """What decides a release's content, so that an unchanged one need not be built again."""

    deliveries: tuple[str, ...]
    protocols: tuple[str, ...]
    code_version: str

    def as_manifest(self) -> dict[str, object]:
        """Return the part of the manifest that the next refresh compares."""
        return {
            "deliveries": list(self.deliveries),
            "protocols": list(self.protocols),
            "code_version": self.code_version,
        }

    @classmethod
    def from_manifest(cls, told: Mapping[str, Any]) -> ReleaseInput:
        """Read back what `as_manifest` wrote."""
        return cls(
            tuple(told["deliveries"]),
            tuple(told["protocols"]),
            told["code_version"],
        )


def registries_in(warehouse: Path) -> list[str]:
    """List the registries that have a working file in place."""
    folder = warehouse / "registries"
    if not folder.is_dir():
        return []
    return sorted(
        entry.name
        for entry in folder.iterdir()
        if REGISTRY_NAME.fullmatch(entry.name)
        and ((entry / "admitted.duckdb").exists() or (entry / "shut.duckdb").exists())
    )


def release_input(warehouse: Path, protocols: Sequence[Protocol]) -> ReleaseInput:
    """Gather what the next release would be built on; a damaged working file is as in the newest release."""
    deliveries: list[str] = []
    shelf = Shelf.of(warehouse)
    newest = shelf.newest()
    for registry in registries_in(warehouse):
        found = WorkingFiles.of(warehouse, registry).in_place()
        if "admitted" in found.damaged and newest is not None:
            deliveries += deliveries_before(shelf, newest, registry, protocols)
        deliveries += [told_delivery(registry, told) for _, told in sorted(found.judged.items())]
    return ReleaseInput(tuple(deliveries), told_protocols(protocols), code_version())


def told_delivery(registry: str, told: Judgement) -> str:
    """Name a delivery as a manifest lists it: with what decides on its rows, and on its events."""
    what = (f"{registry}/{told.delivery}", told.status, told.input_digest, told.code_version, told.derived_by)
    return ":".join(filter(None, what))


def told_protocols(protocols: Sequence[Protocol]) -> tuple[str, ...]:
    """Name protocols as a manifest lists them."""
    return tuple(f"{protocol.name}:{protocol.digest}" for protocol in protocols)


def ensure_shipped(names: Sequence[str]) -> None:
    """Refuse names of protocols that only their files can tell. Errors: UsageError."""
    own = [name for name in names if name not in shipped()]
    if own:
        said = "a protocol of its own" if len(own) == 1 else "protocols of its own"
        raise UsageError(f"the release was made by {', '.join(own)}, {said}", "name its file by --protocol")


def deliveries_before(
    shelf: Shelf, release_id: str, registry: str, protocols: Sequence[Protocol] | None = None
) -> tuple[str, ...]:
    """Find the admitted delivery of a registry that a release is made of.

    With protocols, only where its rows can be taken over: none where by others, or by another version.
    """
    told = shelf.manifest(release_id).get("input", {})
    if protocols is not None and (
        tuple(told.get("protocols", ())) != told_protocols(protocols)
        or not is_readable(shelf.folder(release_id) / FILE)
    ):
        return ()
    start = f"{registry}/"
    return tuple(
        one for one in told.get("deliveries", ()) if one.startswith(start) and one.split(":")[1] == "admitted"
    )


def kept_deliveries(shelf: Shelf) -> set[tuple[str, str, str]]:
    """List what the kept releases are made of, shut deliveries too: registry, delivery and input digest.

    Errors: DamagedError where a manifest cannot be read, for then nobody knows what it names.
    """
    told = (one for release_id in shelf.ids() for one in shelf.manifest(release_id)["input"]["deliveries"])
    found = set()
    for one in told:
        named, _, digest, *_ = one.split(":")
        registry, _, delivery = named.partition("/")
        found.add((registry, delivery, digest))
    return found


def lost_delivery(warehouse: Path, newest: Delivery) -> Delivery | None:
    """Find the delivery that a registry's damaged `admitted.duckdb` held: an older one in the landing.

    The newest release tells its name. None where nothing is damaged, or nothing is known of it.
    """
    shelf, files = Shelf.of(warehouse), WorkingFiles.of(warehouse, newest.registry)
    try:
        if "admitted" not in files.in_place().damaged:
            return None
    except BusyError:
        return None
    release_id = shelf.newest()
    told = deliveries_before(shelf, release_id, newest.registry) if release_id is not None else ()
    for one in told:
        folder = newest.path.with_name(one.partition("/")[2].partition(":")[0])
        if folder.is_dir() and folder.name != newest.name:
            return delivery_of(folder)
    return None


def is_published(shelf: Shelf, inputs: ReleaseInput) -> bool:
    """Say whether the newest release was built on just this, and was put in service."""
    newest = shelf.newest()
    if newest is None or not shelf.current.exists() or shelf.is_cut_short():
        return False
    return shelf.manifest(newest).get("input") == inputs.as_manifest()
