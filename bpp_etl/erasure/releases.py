"""Makes kept releases anew without those who were erased: rows, metrics, report, and the seal of them all.

A release keeps its id, for people cite it; its manifest says under `rewritten` that it is not what was
published first. One that cannot be made anew is removed. Not here: finding rows (`find.py`), working files.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from bpp_etl.admission.working import WorkingFiles
from bpp_etl.code_version import code_version
from bpp_etl.erasure.copying import tables_in
from bpp_etl.erasure.find import SOURCE, Found, show_found
from bpp_etl.erasure.release_rows import copy_release
from bpp_etl.erasure.search import Search
from bpp_etl.erasure.shares import digests_of as share_digests_of
from bpp_etl.errors import BppError, DamagedError
from bpp_etl.events import Protocol, load_protocol
from bpp_etl.events.window import Window
from bpp_etl.landing.registry_config import RegistryConfig
from bpp_etl.measure.exact import exact_rows
from bpp_etl.measure.run import Measured
from bpp_etl.measure.write import MEASURED, write_metrics
from bpp_etl.release.beside import settle_rows, show_rows
from bpp_etl.release.build import describe_tables, digests_of
from bpp_etl.release.controlled import controlled_tables, write_controlled
from bpp_etl.release.digest import table_digest
from bpp_etl.release.documents import describe_release
from bpp_etl.release.history import add_to_history, compare, withdrawn_in
from bpp_etl.release.inputs import told_protocols
from bpp_etl.release.lease import LEASE, leased
from bpp_etl.release.seal import AS_BEFORE, BEFORE, FILES, REWRITTEN, WITHDRAWN, digest_of_file, ensure_sealed
from bpp_etl.release.shelf import FILE, MANIFEST, REPORT, Shelf
from bpp_etl.release.software import SOFTWARE, write_software
from bpp_etl.release.verify import ReleaseError, verify
from bpp_etl.report.draw import write_page, write_report
from bpp_etl.settings import is_report_shared
from bpp_etl.share.before import shares_before
from bpp_etl.warehouse.connection import (
    Connection,
    attach_read_only,
    one_row,
    opened,
    transaction,
)
from bpp_etl.warehouse.layout import lacking
from schemas.catalog import relations
from schemas.release_quality import OUTSIDE_CONTENT, Change

Measuring = Callable[[Path, Sequence[Protocol]], Measured]
"""Measures the file of a release by protocols; nobody has it open."""


def find_in_releases(shelf: Shelf, search: Search, config: RegistryConfig) -> Found:
    """Look for patients of a registry in every kept release, and in the file in service."""
    found = Found()
    for path in (*(shelf.releases / one / FILE for one in shelf.ids()), shelf.current):
        here = _found_in(path, search, config)
        if here is not None:
            found.patients |= here.patients
            found.assessments |= here.assessments
    return found


def gone_digests(
    root: Path, files: WorkingFiles, shelf: Shelf, search: Search, config: RegistryConfig
) -> set[str]:
    """Digest the erased, as the log of shares has them, in all that it may have them from."""
    told: set[str] = set()
    if not shares_before(root):
        return told
    published = [*(shelf.releases / one / FILE for one in shelf.ids()), shelf.current]
    for path, read_by in (*((one, config) for one in published), (files.admitted, None)):
        found = _found_in(path, search, read_by)
        told |= share_digests_of(root, path, search.registry, found) if found else set()
    return told


def erase_from_releases(
    shelf: Shelf,
    search: Search,
    config: RegistryConfig,
    now: dt.datetime,
    measuring: Measuring,
) -> list[str]:
    """Make each release anew that holds one of the erased, oldest first, and serve what is left; say so.

    The caller holds the warehouse against publishing. Errors: those of a full disk, and of `measuring`.
    """
    done = []
    before: str | None = None
    for release_id in shelf.ids():
        path = shelf.releases / release_id / FILE
        found = _found_in(path, search, config)
        if found is not None and not found:
            before = release_id
            continue
        why: str | None = "it is damaged and cannot be searched"
        if found:
            try:
                why = _rewrite(shelf, release_id, search.registry, found, before, now, measuring)
            except (DamagedError, ReleaseError) as error:
                why = error.message
        if why is None:
            done.append(f"release {release_id} is made anew")
            before = release_id
            continue
        shelf.remove(release_id)
        done.append(f"release {release_id} is removed: {why}")
    return [*done, *_serve(shelf, search, config)]


def _found_in(path: Path, search: Search, config: RegistryConfig | None) -> Found | None:
    """Look into one file; None where it cannot be read."""
    if not path.is_file():
        return None
    try:
        return search.found_in(path, config)
    except (DamagedError, duckdb.Error):
        return None


def _rewrite(
    shelf: Shelf,
    release_id: str,
    registry: str,
    found: Found,
    before: str | None,
    now: dt.datetime,
    measuring: Measuring,
) -> str | None:
    """Make one release anew in its place; or say why that cannot be done.

    Errors: DamagedError where a file of it is not its own.
    """
    folder = shelf.releases / release_id
    ensure_sealed(folder)
    manifest = shelf.manifest(release_id)
    building = shelf.building
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    try:
        with leased(building):
            with opened(building / FILE) as con:
                attach_read_only(con, folder / FILE, SOURCE)
                why = _cannot_be_made(con)
                protocols = _protocols_in(con) if why is None else None
                if protocols is None:
                    return why or "its protocols are not at hand, so that it cannot be measured anew"
                show_found(con, found)
                expected = copy_release(con, SOURCE, registry, folder, building)
                show_rows(con, building)
            measured = measuring(building / FILE, [one for one in protocols if one.is_event])
            if is_report_shared(os.environ):
                write_controlled(measured, building)
        with leased(building), opened(building / FILE) as con:
            with transaction(con):
                write_metrics(con, measured.protocols, exact_rows(measured))
            con.execute("delete from quality.event_rule_history where release_id = $id", {"id": release_id})
            con.execute("delete from quality.history where release_id = $id", {"id": release_id})
            add_to_history(con, release_id)
            rows, digest = digests_of(con)
            con.execute("update meta.release set content_digest = $digest", {"digest": digest})
            since = compare(con, shelf.folder(before) / FILE if before is not None else None)
            rows["quality", "change"] = table_digest(con, "quality", "change", Change)
            with transaction(con):
                describe_tables(con, rows)
        with leased(building):
            verify(building / FILE, expected)
            if controlled := controlled_tables(building / FILE, building):
                write_page(controlled, building / REPORT)
            else:
                write_report(building / FILE, building / REPORT, since)
            write_software(building / SOFTWARE)
            settle_rows(building, release_id)
            manifest[WITHDRAWN] = withdrawn_in(since)
            _write_manifest(building, manifest, rows, digest, now)
        (building / LEASE).unlink()
        shelf.replace(release_id, building)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return None


def _cannot_be_made(con: Connection) -> str | None:
    """Say why a release cannot be made anew by this version; None where it can.

    One of an earlier version may lack what tells of other releases.
    """
    there = {*tables_in(con, SOURCE, ("quality",))}
    wanted = (
        (schema, table, contract)
        for schema, table, contract in relations()
        if schema != "metric" and table not in MEASURED
        if table not in OUTSIDE_CONTENT or (schema, table) in there
    )
    return None if lacking(con, wanted, SOURCE) is None else EARLIER


EARLIER = "an earlier version made it, and it cannot be measured anew"


def _protocols_in(con: Connection) -> list[Protocol] | None:
    """Load the protocols of a release; None where one of them is not at hand as it was."""
    told, first, last = one_row(
        con, f"select protocols, first_line_from, first_line_to from {SOURCE}.meta.release"
    )
    try:
        loaded = [load_protocol(one.partition(":")[0]).within(Window(first, last)) for one in told]
    except BppError:
        return None
    return loaded if list(told_protocols(loaded)) == list(told) else None


def _write_manifest(
    building: Path,
    manifest: dict[str, Any],
    rows: dict[tuple[str, str], tuple[int, str]],
    digest: str,
    now: dt.datetime,
) -> None:
    earlier: Sequence[dict[str, Any]] = manifest.get(REWRITTEN, [])
    told = {
        "at": now.astimezone(dt.UTC).isoformat(),
        "why": "a patient was erased",
        "content_digest_before": manifest.get("content_digest"),
        BEFORE: digest_of_file(manifest),
        "measured_by": code_version(),
    }
    made = {
        **manifest,
        "content_digest": digest,
        "rows": {f"{schema}.{table}": count for (schema, table), (count, _) in rows.items()},
        FILES: describe_release(building, rewritten_at=now),
        REWRITTEN: [*earlier, told],
    }
    (building / MANIFEST).write_text(json.dumps(made, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _serve(shelf: Shelf, search: Search, config: RegistryConfig) -> list[str]:
    """Swap the file in service for that of its release made anew; withdraw it where that is gone."""
    if not shelf.current.exists():
        return []
    found = _found_in(shelf.current, search, config)
    # Rows that lie beside a release are not in the file in service, which shows those of the one made anew.
    if found is not None and not found and shelf.damage_in_service() != AS_BEFORE:
        return []
    release_id = shelf.served()
    if release_id in shelf.ids():
        shelf.put_in_service(str(release_id))
        return [f"release {release_id} is in service, made anew"]
    newest = shelf.newest_whole()
    if newest is not None:
        shelf.put_in_service(newest)
        return [f"release {newest} is in service in the place of one that is gone"]
    shelf.withdraw()
    return ["nothing is in service until a release is published"]
