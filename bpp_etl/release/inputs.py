"""What the next release would be built on, and whether the newest one was built on just that.

Not here: building it (`release/build.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bpp_etl.admission.working import WorkingFiles
from bpp_etl.code_version import code_version
from bpp_etl.events import Protocol
from bpp_etl.release.shelf import Shelf


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
        if (entry / "admitted.duckdb").exists() or (entry / "shut.duckdb").exists()
    )


def release_input(warehouse: Path, protocols: Sequence[Protocol]) -> ReleaseInput:
    """Gather what the next release would be built on."""
    deliveries = []
    for registry in registries_in(warehouse):
        for status, told in sorted(WorkingFiles.of(warehouse, registry).judgements().items()):
            deliveries.append(f"{registry}/{told.delivery}:{status}:{told.input_digest}:{told.code_version}")
    named = tuple(f"{protocol.name}:{protocol.digest}" for protocol in protocols)
    return ReleaseInput(tuple(deliveries), named, code_version())


def is_published(shelf: Shelf, inputs: ReleaseInput) -> bool:
    """Say whether the newest release was built on just this, and was put in service."""
    newest = shelf.newest()
    if newest is None or not shelf.current.exists() or shelf.is_cut_short():
        return False
    return shelf.manifest(newest).get("input") == inputs.as_manifest()
