"""Building one release apart from all others: copy, measure, describe, verify, name, put in service.

Not here: deriving events (each registry's own), measuring and drawing (called here).
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bpp_etl.code_version import code_version
from bpp_etl.errors import NotFoundError
from bpp_etl.events import Protocol
from bpp_etl.events.window import FIRST_DAY, LAST_DAY
from bpp_etl.identity.erased import nobody_erased_since, state_of_list
from bpp_etl.measure.run import Measured
from bpp_etl.release.beside import settle_rows
from bpp_etl.release.controlled import controlled_tables, write_controlled
from bpp_etl.release.digest import content_digest, table_digest
from bpp_etl.release.documents import describe_release
from bpp_etl.release.fill import fill
from bpp_etl.release.history import add_to_history, carry_history, compare, withdrawn_in, write_audit
from bpp_etl.release.inputs import ReleaseInput, told_protocols
from bpp_etl.release.lease import LEASE, leased
from bpp_etl.release.publication import publication
from bpp_etl.release.seal import FILES, WITHDRAWN
from bpp_etl.release.shelf import FILE, MANIFEST, REPORT, Shelf
from bpp_etl.release.software import SOFTWARE, write_software
from bpp_etl.release.verify import verify
from bpp_etl.report.draw import write_page, write_report
from bpp_etl.shards.rounds import Say
from bpp_etl.shards.runners import OF_THIS_MACHINE, Runners
from bpp_etl.warehouse.audit import note
from bpp_etl.warehouse.beside import views_in
from bpp_etl.warehouse.connection import Connection, opened, room_for, transaction
from bpp_etl.warehouse.ddl import comment_table, describe, insert_rows, sql_type
from schemas.catalog import catalog, relations
from schemas.contract import Contract, columns_of, grain_of, key_of
from schemas.release_quality import OUTSIDE_CONTENT

OUTSIDE_DIGEST = {("quality", table) for table in OUTSIDE_CONTENT}
ASSEMBLED = "assembled.json"


@dataclass(frozen=True)
class Release:
    """One published release: where it lies and what it is built on."""

    release_id: str
    folder: Path
    content_digest: str
    rows: Mapping[str, int]


@dataclass(frozen=True)
class Assembled:
    """What was measured for a release that has no name yet, and the rows of each measured table.

    `damaged` says of each registry whose working file is damaged what the release has of it.
    """

    measured: Measured
    rows: Mapping[str, int]
    damaged: Mapping[str, str]


@room_for(Path("published") / FILE)
def assemble(
    warehouse: Path,
    protocols: Sequence[Protocol],
    *,
    is_report_controlled: bool = False,
    say: Say = lambda _: None,
    runners: Runners = OF_THIS_MACHINE,
) -> Assembled:
    """Copy every registry's tables into a new file apart, and measure there, exactly.

    Of many rows that is done in parts, by one of the `runners`, of which `say` is told, without any value.
    With `is_report_controlled` the report of the release will show what may leave the house, and no more.
    Errors: NothingToReleaseError where no registry has an admitted delivery, BppError where the events of one
    are not derived by these protocols, UsageError where the project does not say who publishes as it must.
    """
    publication()  # where it cannot be read, that is told before anything is measured
    shelf, erased = Shelf.of(warehouse), state_of_list(warehouse)
    shelf.sweep()
    shelf.building.mkdir(parents=True)
    try:
        with leased(shelf.building):
            filled = fill(shelf.building / FILE, warehouse, protocols, say, runners)
        copied, measured = filled.copied, filled.measured
        if is_report_controlled:
            write_controlled(measured, shelf.building)
        inputs = ReleaseInput(tuple(copied.deliveries), told_protocols(protocols), code_version())
        told = {
            "input": inputs.as_manifest(),
            "erased": erased,
            "expected": [
                [schema, table, count] for (schema, table), count in sorted(copied.expected.items())
            ],
        }
        (shelf.building / ASSEMBLED).write_text(json.dumps(told), encoding="utf-8")
    except BaseException:
        shutil.rmtree(shelf.building, ignore_errors=True)
        raise
    return Assembled(measured, filled.rows, copied.damaged)


@room_for(Path("published") / FILE)
def publish(warehouse: Path, *, created_at: dt.datetime) -> Release:
    """Describe, verify, draw, name and put in service the file that `assemble` left.

    Until the last step nothing that a reader can open has changed. Errors: ReleaseError where the file does
    not stand its checks, BppError where a patient was erased since it was assembled; it is then discarded.
    """
    shelf = Shelf.of(warehouse)
    building = shelf.building
    if not (building / ASSEMBLED).is_file():
        raise NotFoundError(
            "there is no assembled release",
            "materialize metrics and release in one run: the job publish_release",
        )
    erased = json.loads((building / ASSEMBLED).read_text(encoding="utf-8")).get("erased")
    try:
        with leased(building):
            made = _finish(shelf, created_at)
        with nobody_erased_since(warehouse, erased):
            shelf.releases.mkdir(parents=True, exist_ok=True)
            shelf.announce(made.release_id)
            (building / LEASE).unlink()
            os.replace(building, made.folder)  # noqa: PTH105
            shelf.put_in_service(made.release_id)
            note(warehouse, "publish", release_id=made.release_id)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return made


def _finish(shelf: Shelf, created_at: dt.datetime) -> Release:
    """Write all files of a release, its manifest last, in the folder in which it is built."""
    building = shelf.building
    told = json.loads((building / ASSEMBLED).read_text(encoding="utf-8"))
    expected = {(schema, table): count for schema, table, count in told["expected"]}
    inputs = ReleaseInput.from_manifest(told["input"])
    with opened(building / FILE) as con:
        before = carry_history(con, shelf)
        rows, digest = digests_of(con)
        release_id = f"{created_at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}-{digest[:8]}"
        add_to_history(con, release_id)
        write_audit(con, shelf.published.parent)
        _write_release(con, release_id, created_at, inputs, digest)
        since = compare(con, shelf.folder(before) / FILE if before is not None else None)
        for table in OUTSIDE_CONTENT:
            rows["quality", table] = table_digest(con, "quality", table, catalog()["quality"][table])
        # Hundreds of comments: by itself each would wait for the disk.
        with transaction(con):
            describe_tables(con, rows)
    with ThreadPoolExecutor(1) as pool:
        is_whole = pool.submit(verify, building / FILE, expected)
        try:
            # What moved since the release before is of single patients.
            if controlled := controlled_tables(building / FILE, building):
                write_page(controlled, building / REPORT)
            else:
                write_report(building / FILE, building / REPORT, since)
            write_software(building / SOFTWARE)
        finally:
            # A file that does not stand its checks is told as that, whatever made the drawing stumble.
            is_whole.result()
    settle_rows(building, release_id)
    counts = {f"{schema}.{table}": count for (schema, table), (count, _) in rows.items()}
    manifest = {
        "release_id": release_id,
        "created_at": created_at.astimezone(dt.UTC).isoformat(),
        "content_digest": digest,
        "rows": counts,
        "input": inputs.as_manifest(),
        WITHDRAWN: withdrawn_in(since),
        FILES: describe_release(building),
    }
    (building / ASSEMBLED).unlink()
    (building / MANIFEST).write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return Release(release_id, shelf.releases / release_id, digest, counts)


Tables = Iterable[tuple[str, str, type[Contract]]]
"""Schema, table and contract of each."""


def digests_of(
    con: Connection, tables: Tables | None = None
) -> tuple[dict[tuple[str, str], tuple[int, str]], str]:
    """Count and digest the rows of each table, and digest the content that they make.

    `tables` are those of a release unless stated.
    """
    rows = {
        (schema, table): table_digest(con, schema, table, contract)
        for schema, table, contract in (relations() if tables is None else tables)
        if schema != "meta"
    }
    told = content_digest(
        (schema, table, digest)
        for (schema, table), (_, digest) in rows.items()
        if (schema, table) not in OUTSIDE_DIGEST
    )
    return rows, told


def is_synthetic(con: Connection) -> bool | None:
    """Say whether all admitted registries are made up; None where some are, and others not."""
    stated = con.execute(
        "select distinct coalesce(is_synthetic, false) from quality.delivery where status = 'admitted'"
    ).fetchall()
    return bool(stated[0][0]) if len(stated) == 1 else None


def _window(con: Connection) -> list[dt.date | None]:
    """Read the calendar window of the first protocol; None for a side that is open."""
    rows = con.execute(
        "select parameter, cast(value as date) from meta.protocol_parameter"
        " join meta.protocol using (protocol)"
        " where meta.protocol.position = 1 and list_contains($sides, parameter)",
        {"sides": [FIRST_DAY, LAST_DAY]},
    ).fetchall()
    found = dict(rows)
    return [found.get(side) for side in (FIRST_DAY, LAST_DAY)]


def _write_release(
    con: Connection, release_id: str, created_at: dt.datetime, inputs: ReleaseInput, digest: str
) -> None:
    """Say in `meta` what the release is."""
    con.execute(
        "insert into meta.release values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            release_id,
            created_at.astimezone(dt.UTC).replace(tzinfo=None),
            list(inputs.protocols),
            *_window(con),
            inputs.code_version,
            digest,
            is_synthetic(con),
            list(inputs.deliveries),
        ],
    )


def describe_tables(
    con: Connection, rows: Mapping[tuple[str, str], tuple[int, str]], tables: Tables | None = None
) -> None:
    """Fill `meta.table` and `meta.column`, and comment every table and column; as `digests_of`."""
    described = list(relations() if tables is None else tables)
    views = views_in(con)  # they are made again, with their comments, once the release has its id
    for one in described:
        if one[:2] not in views:
            comment_table(con, *one)
    told = [
        (schema, table, grain_of(contract), key_of(contract), *rows[schema, table])
        for schema, table, contract in described
        if schema != "meta"
    ]
    columns = [
        (schema, table, column.name, sql_type(column), column.nullable, describe(column))
        for schema, table, contract in described
        for column in columns_of(contract)
    ]
    for table, cells in (("table", told), ("column", columns)):
        insert_rows(con, "meta", table, cells, catalog()["meta"][table])
