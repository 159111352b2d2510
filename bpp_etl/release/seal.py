"""Whether the files of a release are those that were published: digests in its manifest, what differs.

Not here: what a release is made of, and putting one in service (`shelf.py`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from bpp_etl.errors import BppError, DamagedError
from bpp_etl.warehouse.beside import has_its_rows
from bpp_etl.warehouse.connection import log_of, opened_read_only
from bpp_etl.warehouse.damage import is_cut_off

FILE = "bpp.duckdb"
MANIFEST = "manifest.json"
REPORT = "report.html"
FILES = "files"
"""The key of a manifest under which each file of the release has its sha256."""
WITHDRAWN = "withdrawn"
"""The key under which stands of how many patients a call of the release before is withdrawn, by protocol."""
REWRITTEN = "rewritten"
"""The key under which stands when and why a release was made anew after it was published, each time."""
BEFORE = "sha256_before"
"""The key of such a time under which stands what the database was until then."""
AS_BEFORE = "is as it was before its release was made anew"
"""What the file in service is, in words, where an erasure was cut short just before it served the release."""
WITHOUT_ROWS = "is without rows that lie beside its release"
NOT_OF_IT = "is not of this release"
WRITABLE = 0o222


def sha256_of(path: Path) -> str:
    """Digest a file as `sha256sum` does."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a release's folder; errors: DamagedError where it is none, or another's."""
    damaged = DamagedError(
        f"the manifest of release {folder.name} cannot be read",
        f"`bpp releases verify {folder.name}` says more",
    )
    path = folder / MANIFEST
    try:
        # A pipe of this name would be waited for, and brackets without end are no error of the parser.
        told = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    except (OSError, ValueError, RecursionError):
        raise damaged from None
    if (
        not isinstance(told, dict)
        or told.get("release_id", folder.name) != folder.name
        or not _is_sound(told)
    ):
        raise damaged
    return told


def _is_sound(told: Mapping[str, Any]) -> bool:
    """Say whether what is read of a manifest is of its kind; an earlier version wrote less of it."""
    digests, made_of, anew = told.get(FILES, {}), told.get("input", {}), told.get(REWRITTEN, [])
    if not (isinstance(digests, dict) and isinstance(made_of, dict) and isinstance(anew, list)):
        return False
    listed = [made_of.get(name, []) for name in ("deliveries", "protocols")]
    if not all(isinstance(one, list) for one in listed):
        return False
    named = [text for one in listed for text in one]
    said = [one.get(name) for one in anew if isinstance(one, dict) for name in ("at", "why")]
    return (
        all(isinstance(text, str) for text in (*digests.values(), *named, *said))
        and all(":" in text for text in named)
        and len(said) == 2 * len(anew)
    )


def differences_in(folder: Path) -> dict[str, str]:
    """Say of each file of a release what is not as published, in words; nothing where the release is whole.

    A release of an earlier version has no digests in its manifest: its database is opened instead.
    """
    if not folder.is_dir():
        return {folder.name: "the release has no folder"}
    found = {}
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if _is_told(path)}
    try:
        manifest = read_manifest(folder)
    except DamagedError:
        what = "is not the manifest of this release" if MANIFEST in names else "is missing"
        return {MANIFEST: what}
    files = _files_of(manifest)
    for name, digest in files.items():
        if name not in names:
            found[name] = "is missing"
        elif digest is not None and not _is(folder / name, digest):
            found[name] = "is not the file that was published"
    if FILE not in found and not _says_the_same(folder / FILE, manifest):
        found[FILE if None in files.values() else MANIFEST] = "is of another release, or damaged"
    known = {MANIFEST, FILE, REPORT, *files}
    return found | dict.fromkeys(sorted(names - known), NOT_OF_IT)


def ensure_sealed(folder: Path) -> None:
    """Refuse a release of which a file is not its own; what lies beside them does no harm, but for a log.

    Errors: DamagedError that names the first such file.
    """
    log = log_of(folder / FILE).name
    for name, what in differences_in(folder).items():
        if what != NOT_OF_IT or name == log:
            raise DamagedError(
                f"{name} of release {folder.name} {what}",
                "put the folder back from a backup, or choose another release: `bpp releases verify` tells"
                " which are whole",
            )


def digest_of_file(manifest: Mapping[str, Any]) -> str | None:
    """Return the digest that a manifest has of the database; None where an earlier version wrote it."""
    return _files_of(manifest)[FILE]


def digests_before(manifest: Mapping[str, Any]) -> frozenset[str]:
    """Return the digests that the database of a release had before each time that it was made anew."""
    return frozenset(str(told[BEFORE]) for told in manifest.get(REWRITTEN, ()) if told.get(BEFORE))


def _files_of(manifest: Mapping[str, Any]) -> dict[str, str | None]:
    told = manifest.get(FILES)
    if not isinstance(told, dict) or FILE not in told:
        return {FILE: None}
    return {str(name): str(digest) for name, digest in told.items()}


def _is_told(path: Path) -> bool:
    """Say whether what lies in a release is told by itself; a folder is by what it holds, if anything."""
    return path.is_symlink() or not path.is_dir() or not any(path.iterdir())


def _is(path: Path, digest: str) -> bool:
    try:
        return sha256_of(path) == digest
    except OSError:
        return False


def _says_the_same(path: Path, manifest: Mapping[str, Any]) -> bool:
    """Hold a manifest to what the database says of itself: its id, and what it was made of."""
    try:
        with opened_read_only(path) as con:
            sql = "select release_id, content_digest, input_digests from meta.release"
            rows = con.execute(sql).fetchall()
            if len(rows) > 1 or is_cut_off(con, path):
                return False
    except (BppError, duckdb.Error):
        return False
    if not rows:
        return "release_id" not in manifest
    release_id, content_digest, deliveries = rows[0]
    told_input = manifest.get("input", {})
    return (
        manifest.get("release_id", release_id) == release_id
        and manifest.get("content_digest", content_digest) == content_digest
        and isinstance(told_input, dict)
        and told_input.get("deliveries", deliveries) == deliveries
    )


def otherwise_than_sealed(path: Path, manifest: Mapping[str, Any]) -> str | None:
    """Say in words what the file in service is, if not the database that a manifest has a digest of."""
    sealed = digest_of_file(manifest)
    digest = sha256_of(path) if sealed is not None else None
    if sealed == digest:
        return None
    return AS_BEFORE if digest in digests_before(manifest) else "is damaged"


def without_rows(path: Path) -> str | None:
    """Say in words if what the file of a release names beside it is not there; not whether it is sealed."""
    try:
        with opened_read_only(path) as con:
            return None if has_its_rows(con) else WITHOUT_ROWS
    except (BppError, duckdb.Error):
        return WITHOUT_ROWS


def close_to_writers(path: Path) -> None:
    """Let nobody open a published file to write: it would shut out its readers, and change a release."""
    mode = path.stat().st_mode
    if mode & WRITABLE:
        path.chmod(mode & ~WRITABLE)
