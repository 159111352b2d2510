"""Copies the release in service to S3, and moves the pointer there to it: last, and only if nobody else did.

Not here: asking S3 (`bpp_etl/storage/bucket.py`), and making a release (`build.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bpp_etl.errors import BppError
from bpp_etl.identity.erased import nobody_erased_since
from bpp_etl.release.seal import MANIFEST, ensure_sealed, sha256_of
from bpp_etl.release.shelf import Shelf
from bpp_etl.storage.bucket import Bucket, MovedError, opened_bucket
from bpp_etl.storage.stated import load_storage, publish_to
from bpp_etl.warehouse.audit import note, noted

POINTER = "latest.json"
"""The one object of a place that is ever written again: it names the release to read."""
RELEASES = "releases"
COPIED = "copied"
"""What the audit says beside `publish` of a release that was copied, and `prune` of a copy."""


def copy_in_service(warehouse: Path, environment: Mapping[str, str]) -> str | None:
    """Copy the release in service to where `publish_to` says, and have the pointer name it; say so in a line.

    None where nothing is stated, nothing is in service, or it is there already. A release is there once its
    manifest is, which goes last. One that an erasure made anew is copied anew. Errors: BppError where the
    place cannot be written to, and where the pointer names a newer release of another warehouse: it stays.
    """
    address = publish_to(environment)
    shelf = Shelf.of(warehouse)
    release_id = shelf.in_service() if address is not None else None
    if address is None or release_id is None:
        return None
    bucket = opened_bucket(address, load_storage(environment))
    with nobody_erased_since(warehouse):
        return _copy(bucket, shelf, release_id)


def _copy(bucket: Bucket, shelf: Shelf, release_id: str) -> str | None:
    found = bucket.read(POINTER)
    _ensure_not_newer(bucket, shelf, release_id, found)
    renewed = _copy_renewed(bucket, shelf, release_id)
    folder = shelf.folder(release_id)
    is_new = _bring(bucket, folder)
    told = _pointer_to(shelf, release_id)
    if found is not None and found[0] == told:
        return renewed
    try:
        bucket.put_if_unmoved(POINTER, told, found[1] if found else None)
    except MovedError as error:
        again = bucket.read(POINTER)
        named = _named(again[0]) if again else None
        raise BppError(
            f"{error.message}: it names release {named}, and stays",
            "one warehouse alone publishes to a place; or refresh again, if that release is older",
        ) from None
    note(shelf.published.parent, "publish", release_id=release_id, detail=COPIED)
    return f"release {release_id} {'is' if is_new else 'was'} copied to {bucket.told}, and {POINTER} names it"


def _copy_renewed(bucket: Bucket, shelf: Shelf, release_id: str) -> str | None:
    """Copy again what an erasure made anew of the releases that are there, and remove what none can.

    A release that was copied before a patient was erased, and is no longer here, holds the patient for good.
    """
    there: dict[str, list[str]] = {}
    for name in bucket.names():
        if name.startswith(f"{RELEASES}/"):
            there.setdefault(name.split("/")[1], []).append(name)
    kept = set(shelf.ids())
    again = [one for one in sorted(kept & there.keys() - {release_id}) if _bring(bucket, shelf.folder(one))]
    gone = sorted(_copied_before_an_erasure(shelf.published.parent) & there.keys() - kept)
    for one in gone:
        # Its manifest goes first: without it a release is not there.
        bucket.remove(sorted(there[one], key=lambda name: not name.endswith(f"/{MANIFEST}")))
        note(shelf.published.parent, "prune", release_id=one, detail=COPIED)
    told = (
        (f"made anew at {bucket.told}", again),
        (f"removed at {bucket.told}, since a patient was erased and they are not kept here", gone),
    )
    return "; ".join(f"{what}: {', '.join(ids)}" for what, ids in told if ids) or None


def _copied_before_an_erasure(warehouse: Path) -> set[str]:
    deeds = noted(warehouse)
    last = max((one["position"] for one in deeds if one["action"] == "erase"), default=0)
    return {
        str(one["release_id"])
        for one in deeds
        if (one["action"], one["detail"]) == ("publish", COPIED) and one["position"] < last
    }


def _ensure_not_newer(bucket: Bucket, shelf: Shelf, release_id: str, found: tuple[bytes, str] | None) -> None:
    """Refuse to move a pointer from a newer release that is none of ours; from one of ours it may go back."""
    named = _named(found[0]) if found else None
    if named is not None and named > release_id and named not in shelf.ids():
        raise BppError(
            f"{POINTER} of {bucket.told} names release {named}, which is newer than {release_id} and not of"
            " this warehouse",
            "name another place by publish_to; or take the pointer away, if its release is not wanted",
        )


def _bring(bucket: Bucket, folder: Path) -> bool:
    """Copy a release's files, the manifest last; say whether any was. With its manifest it is all there."""
    place, manifest = f"{RELEASES}/{folder.name}", folder / MANIFEST
    found = bucket.read(f"{place}/{MANIFEST}")
    if found is not None and found[0] == manifest.read_bytes():
        return False
    ensure_sealed(folder)
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for name in sorted(names - {MANIFEST}):
        bucket.put(f"{place}/{name}", folder / name)
    bucket.put(f"{place}/{MANIFEST}", manifest)
    if found is not None:  # made anew: what it no longer has may hold the patient who was erased
        known = {f"{place}/{name}" for name in names}
        bucket.remove([name for name in bucket.names() if name.startswith(f"{place}/") and name not in known])
    return True


def _pointer_to(shelf: Shelf, release_id: str) -> bytes:
    manifest = shelf.manifest(release_id)
    told: dict[str, Any] = {
        "release_id": release_id,
        "folder": f"{RELEASES}/{release_id}",
        "content_digest": manifest.get("content_digest"),
        "manifest_sha256": sha256_of(shelf.folder(release_id) / MANIFEST),
    }
    return (json.dumps(told, indent=2) + "\n").encode()


def _named(told: bytes) -> str | None:
    """Read which release a pointer names; None where it is none of ours."""
    try:
        return str(json.loads(told)["release_id"])
    except (ValueError, KeyError, TypeError):
        return None
