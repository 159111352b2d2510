"""Makes a share of a release: measured again under disclosure control, in a file that never held a patient.

Not here: what is hidden (`bpp_etl/disclosure`), what was shared before (`before.py`), and which tables leave
(`leaving.py`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bpp_etl.code_version import code_version
from bpp_etl.disclosure import DEFAULT_THRESHOLD
from bpp_etl.disclosure.publish import told_of
from bpp_etl.disclosure.quality import control_quality, kept_in_flow
from bpp_etl.errors import NotFoundError, UsageError
from bpp_etl.events import Protocol, load_protocol
from bpp_etl.events.window import Window
from bpp_etl.identity.erased import nobody_erased_since
from bpp_etl.identity.secret import secret_of
from bpp_etl.measure.run import Measured
from bpp_etl.measure.write import write_metrics
from bpp_etl.release.contents import Made
from bpp_etl.release.documents import describe_files
from bpp_etl.release.inputs import ensure_shipped, told_protocols
from bpp_etl.release.readable import ensure_readable
from bpp_etl.release.seal import ensure_sealed, sha256_of
from bpp_etl.release.shelf import FILE as RELEASE_FILE
from bpp_etl.release.shelf import REPORT, Shelf
from bpp_etl.shards.gathering import measure_file
from bpp_etl.shards.rounds import Say
from bpp_etl.shards.runners import OF_THIS_MACHINE, Runners
from bpp_etl.share.before import (
    DESCRIPTION,
    EXACT,
    FILE,
    KEPT,
    PATIENTS,
    cells_that_differ_by_few,
    cells_told_already,
    ensure_differs_by_many,
    registries_that_differ_by_few,
    shares_before,
    times_that_differ_by_few,
    told_before,
)
from bpp_etl.share.contents import SHARE
from bpp_etl.share.leaving import SHARED, write_file
from bpp_etl.share.patients import write_patient_digests
from bpp_etl.share.sums import FILE as SUMS
from bpp_etl.share.sums import write_sums
from bpp_etl.warehouse.audit import note
from bpp_etl.warehouse.beside import RELEASES, TABLES
from bpp_etl.warehouse.connection import Connection, opened, opened_read_only, transaction
from bpp_etl.warehouse.ddl import describe, describe_table, sql_type
from schemas.catalog import relations
from schemas.contract import Contract, columns_of
from schemas.sums import Sums

LEAVING = "leaving"
Measuring = Callable[[Path], Measured]
"""Measures the file of a release, which nobody has open."""


@dataclass(frozen=True)
class Share:
    """A share that was made: where, of which release, and how much is hidden for shares before."""

    folder: Path
    share_id: str
    release_id: str
    hidden_by_difference: int


def share_told(
    warehouse: Path,
    target: Path,
    release_id: str | None,
    protocols: Sequence[str],
    threshold: int | None = None,
    say: Say = lambda _: None,
    runners: Runners = OF_THIS_MACHINE,
) -> str:
    """Make a share, of the release in service if none is named; say in lines where it is and what was hidden.

    `protocols` are names or files of the release's; those that are not named are the shipped ones. Errors:
    NotFoundError where there is no release, UsageError for one of its own whose file is not named, and as
    `make_share`.
    """
    threshold = DEFAULT_THRESHOLD if threshold is None else threshold
    shelf = Shelf.of(warehouse)
    chosen = shelf.named(release_id) if release_id else shelf.in_service()
    if chosen is None:
        raise NotFoundError("there is no release to share", "`bpp refresh` makes one")
    with opened_read_only(shelf.folder(chosen) / RELEASE_FILE) as con:
        ensure_readable(con)
        ((made_by, *days),) = con.execute(
            "select protocols, first_line_from, first_line_to from meta.release"
        ).fetchall()
    named = {one.name: one for one in map(load_protocol, protocols)}
    names = [told.partition(":")[0] for told in made_by]
    ensure_shipped([name for name in names if name not in named])
    loaded = {name: named.get(name) or load_protocol(name) for name in names} | named
    within = [one.within(Window(*days)) for one in loaded.values()]
    now = dt.datetime.now(dt.UTC)
    made = make_share(
        warehouse,
        target,
        within,
        release_id=chosen,
        threshold=threshold,
        now=now,
        say=say,
        runners=runners,
    )
    lines = [f"share {made.share_id} of release {made.release_id}: {made.folder}"]
    if made.hidden_by_difference:
        lines.append(
            f"{made.hidden_by_difference} counts and curves are suppressed for shares before: they differ"
            " by few"
        )
    if threshold <= 1:
        lines.append("nothing is suppressed: this share tells single patients")
    return "\n".join(lines)


def make_share(
    warehouse: Path,
    target: Path,
    protocols: Sequence[Protocol],
    *,
    release_id: str,
    threshold: int = DEFAULT_THRESHOLD,
    now: dt.datetime,
    say: Say = lambda _: None,
    runners: Runners = OF_THIS_MACHINE,
) -> Share:
    """Write what may leave the house of a release into a new folder.

    `protocols` are those of the release; one of many rows is measured by `runners`, of which `say` is told.
    Errors: NotFoundError where there is no such release, DamagedError where it is not as published,
    UsageError where the folder is taken or the protocols are others, BppError where it would tell a few
    patients apart beside a share before, and as `measure_file`.
    """

    judged = [protocol for protocol in protocols if protocol.is_event]

    def measuring(work: Path) -> Measured:
        return measure_file(work, judged, say, runners)

    with nobody_erased_since(warehouse):
        return _make(warehouse, target, protocols, release_id, threshold, now, measuring)


def _make(
    warehouse: Path,
    target: Path,
    protocols: Sequence[Protocol],
    release_id: str,
    threshold: int,
    now: dt.datetime,
    measuring: Measuring,
) -> Share:
    source = Shelf.of(warehouse).folder(release_id)
    ensure_sealed(source)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} is taken", "name a new folder with --to")
    target.parent.mkdir(parents=True, exist_ok=True)
    key = secret_of(warehouse)
    (warehouse / KEPT).mkdir(mode=0o700, exist_ok=True)
    share_id = f"{now:%Y%m%dT%H%M%SZ}-{release_id.rpartition('-')[2]}"
    building = warehouse / KEPT / f".building-{os.getpid()}"
    shutil.rmtree(building, ignore_errors=True)
    leaving = building / LEAVING
    leaving.mkdir(parents=True)
    try:
        few = _control(source / RELEASE_FILE, building, warehouse, protocols, key, threshold, measuring)
        write_file(building / "work.duckdb", leaving / FILE)
        _draw(building / "work.duckdb", leaving / REPORT)
        describe_files(leaving, SHARE, Made(share_id, now, code_version()), tables=SHARED)
        told = {
            "share_id": share_id,
            "release_id": release_id,
            "created_at": now.isoformat(),
            "threshold": threshold,
            "files": {path.name: sha256_of(path) for path in sorted(leaving.iterdir())},
            "protocols": list(told_protocols(protocols)),
            "contracts": contracts_digest(),
            "code": code_version(),
        }
        (leaving / DESCRIPTION).write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
        kept = building / share_id
        shutil.copytree(leaving, kept)
        for name in (PATIENTS, EXACT):
            shutil.move(building / name, kept / name)
        # First into the log: a share that is not in it must not be out.
        os.replace(kept, warehouse / KEPT / share_id)  # noqa: PTH105
        note(warehouse, "share", release_id=release_id, share_id=share_id)
        put(leaving, target)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return Share(target, share_id, release_id, few)


def put(leaving: Path, target: Path, last: str = DESCRIPTION) -> None:
    """Copy a share to where it leaves from, its description last: without it a folder is no share."""
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(leaving.iterdir(), key=lambda one: (one.name == last, one.name)):
        shutil.copyfile(path, target / path.name)


def _control(
    source: Path,
    building: Path,
    warehouse: Path,
    protocols: Sequence[Protocol],
    key: str,
    threshold: int,
    measuring: Measuring,
) -> int:
    """Measure a copy of the release under control; return how many numbers are hidden for a share before."""
    work = building / "work.duckdb"
    before = shares_before(warehouse) if threshold > 1 else []
    shutil.copyfile(source, work)
    if (source.parent / TABLES).is_dir():
        (building / RELEASES).symlink_to(Path("..", "..", "published", RELEASES))  # its views look there
    with opened(work) as con:
        _ensure_protocols(con, protocols)
        write_patient_digests(con, key, building / PATIENTS)
        for share in before:
            ensure_differs_by_many(con, building / PATIENTS, share, threshold)
    measured = measuring(work)
    # Quality tables of a share tell no few refused rows, so no count is known from them.
    measured = replace(measured, tally=replace(measured.tally, told=set()))
    exact = told_of(measured, threshold=0)
    write_sums(exact, building / EXACT)
    with opened(work) as con:
        told = told_before(con, before)
        registries = registries_that_differ_by_few(con, before, threshold)
        with transaction(con):
            few = cells_that_differ_by_few(measured, told, threshold)
            already = cells_told_already(measured, told)
            controlled = told_of(measured, threshold, few, (), already)
            if kept := times_that_differ_by_few(exact.left, controlled.left, before, threshold):
                controlled = told_of(measured, threshold, few, kept, already)
            write_metrics(con, measured.protocols, controlled.rows)
            registries |= kept_in_flow(row.values for row in controlled.rows if row.table == "flow")
            control_quality(con, threshold, registries)
        write_sums(controlled, building / LEAVING / SUMS)
    return len(few) + len(kept)


def contracts_digest() -> str:
    """Return a digest of what every contract says: tables, keys and columns, and those of the sums."""
    every: list[tuple[str, str, type[Contract]]] = [*relations(), ("share", "sums", Sums)]
    told = [
        (schema, table, describe_table(contract), one.name, sql_type(one), one.nullable, describe(one))
        for schema, table, contract in every
        for one in columns_of(contract)
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _ensure_protocols(con: Connection, protocols: Sequence[Protocol]) -> None:
    (made_by,) = con.execute("select protocols from meta.release").fetchall()[0]
    if sorted(made_by) != sorted(told_protocols(protocols)):
        names = ", ".join(told.partition(":")[0] for told in made_by)
        raise UsageError(
            f"the release was made by other protocols: {names}",
            "name each by --protocol, with the file it was in; or `bpp refresh`, and share that",
        )


def _draw(work: Path, target: Path) -> None:
    from bpp_etl.report.draw import write_page  # noqa: PLC0415
    from bpp_etl.report.tables import read_release  # noqa: PLC0415

    write_page(replace(read_release(work), is_controlled=True), target)
