"""Building one release apart from all others: copy, measure, describe, verify, name, put in service.

Not here: deriving events (each registry's own), measuring and drawing (called here).
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bpp_etl.admission.due import derivation, derived_with
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.difference.releases import Difference, difference_of
from bpp_etl.errors import BppError, NotFoundError, NothingToReleaseError
from bpp_etl.events import Protocol
from bpp_etl.events.window import FIRST_DAY, LAST_DAY
from bpp_etl.measure.exact import exact_rows
from bpp_etl.measure.run import Measured, measure
from bpp_etl.measure.write import write_metrics
from bpp_etl.release.digest import content_digest, table_digest
from bpp_etl.release.history import add_to_history, carry_history
from bpp_etl.release.inputs import ReleaseInput, registries_in, release_input
from bpp_etl.release.protocols import write_protocols
from bpp_etl.release.shelf import FILE, MANIFEST, REPORT, Shelf
from bpp_etl.release.verify import verify
from bpp_etl.report import write_report
from bpp_etl.warehouse.connection import (
    Connection,
    attach_read_only,
    count_of,
    opened,
    quoted,
    room_for,
    transaction,
)
from bpp_etl.warehouse.ddl import column_list, comment_table, create_table, describe, insert_rows, sql_type
from schemas.catalog import catalog, relations
from schemas.contract import Contract, columns_of, grain_of, key_of
from schemas.quality import HISTORY_TABLES, QUALITY_TABLES

OUTSIDE_DIGEST = {("quality", table) for table in HISTORY_TABLES}
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
    """What was measured for a release that has no name yet, and the rows of each measured table."""

    measured: Measured
    rows: Mapping[str, int]


@room_for(Path("published") / FILE)
def assemble(warehouse: Path, protocols: Sequence[Protocol]) -> Assembled:
    """Copy every registry's tables into a new file apart, and measure there, exactly.

    Errors: NothingToReleaseError where no registry has an admitted delivery, BppError where the events of one
    are not derived by these protocols.
    """
    names = [name for name in registries_in(warehouse) if WorkingFiles.of(warehouse, name).admitted.exists()]
    if not names:
        raise NothingToReleaseError(
            "no registry has an admitted delivery", "mend a delivery; `bpp check` says what is wrong with it"
        )
    for name in names:
        _ensure_derived(warehouse, name, protocols)
    shelf = Shelf.of(warehouse)
    shelf.sweep()
    shelf.building.mkdir(parents=True)
    with opened(shelf.building / FILE) as con:
        expected = _copy(con, warehouse)
        with transaction(con):
            write_protocols(con, protocols)
            measured = measure(con, [protocol for protocol in protocols if protocol.is_event])
            written = write_metrics(con, measured.protocols, exact_rows(measured))
        inputs = release_input(warehouse, protocols)
    told = {
        "input": inputs.as_manifest(),
        "expected": [[schema, table, count] for (schema, table), count in sorted(expected.items())],
    }
    (shelf.building / ASSEMBLED).write_text(json.dumps(told), encoding="utf-8")
    return Assembled(measured, written.rows)


def _ensure_derived(warehouse: Path, registry: str, protocols: Sequence[Protocol]) -> None:
    """Refuse to mix protocols: a registry that was not refreshed may have events of others, or none yet."""
    told = derived_with(WorkingFiles.of(warehouse, registry))
    if told is None or told[:-1] != derivation(protocols)[:-1]:
        raise BppError(
            f"the events of {registry} are not derived by the protocols of this release",
            "refresh again without --registry, so that every registry is derived alike",
        )


@room_for(Path("published") / FILE)
def publish(warehouse: Path, *, created_at: dt.datetime) -> Release:
    """Describe, verify, draw, name and put in service the file that `assemble` left.

    Until the last step nothing that a reader can open has changed. Errors: ReleaseError where the file does
    not stand its checks; it is then discarded.
    """
    shelf = Shelf.of(warehouse)
    building = shelf.building
    if not (building / ASSEMBLED).is_file():
        raise NotFoundError(
            "there is no assembled release",
            "materialize metrics and release in one run: the job publish_release",
        )
    told = json.loads((building / ASSEMBLED).read_text(encoding="utf-8"))
    expected = {(schema, table): count for schema, table, count in told["expected"]}
    inputs = ReleaseInput.from_manifest(told["input"])
    try:
        with opened(building / FILE) as con:
            carry_history(con, shelf)
            rows, digest = _digest(con)
            release_id = f"{created_at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}-{digest[:8]}"
            add_to_history(con, release_id)
            for table, contract in HISTORY_TABLES.items():
                rows["quality", table] = table_digest(con, "quality", table, contract)
            # Hundreds of comments: by itself each would wait for the disk.
            with transaction(con):
                _describe(con, release_id, created_at, inputs, digest, rows)
        verify(building / FILE, expected)
        write_report(building / FILE, building / REPORT, _since(shelf))
        counts = {f"{schema}.{table}": count for (schema, table), (count, _) in rows.items()}
        manifest = {
            "release_id": release_id,
            "created_at": created_at.astimezone(dt.UTC).isoformat(),
            "content_digest": digest,
            "rows": counts,
            "input": inputs.as_manifest(),
        }
        (building / ASSEMBLED).unlink()
        (building / MANIFEST).write_text(
            json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8"
        )
        shelf.releases.mkdir(parents=True, exist_ok=True)
        shelf.announce(release_id)
        os.replace(building, shelf.releases / release_id)  # noqa: PTH105
    finally:
        shutil.rmtree(building, ignore_errors=True)
    shelf.put_in_service(release_id)
    return Release(release_id, shelf.releases / release_id, digest, counts)


def _since(shelf: Shelf) -> Difference | str | None:
    """Compare the release being built with the newest one, for its report; say so where it cannot."""
    newest = shelf.newest()
    if newest is None:
        return None
    try:
        return difference_of(shelf.folder(newest) / FILE, shelf.building / FILE)
    except BppError as error:
        # A comparison that fails says so on the page; it is no reason to hold a release back.
        return error.message


def _copy(con: Connection, warehouse: Path) -> dict[tuple[str, str], int]:
    """Copy every registry's tables; return how many rows each must hold."""
    with transaction(con):
        con.execute("create schema metric")
        for schema, table, contract in relations():
            if schema != "metric":
                create_table(con, schema, table, contract)
    expected: dict[tuple[str, str], int] = {}
    for registry in registries_in(warehouse):
        files = WorkingFiles.of(warehouse, registry)
        for path, schemas in (
            (files.admitted, ("core", "event", "quarantine", "quality")),
            (files.shut, ("quarantine", "quality")),
        ):
            if not path.exists():
                continue
            attach_read_only(con, path, "source")
            for schema in schemas:
                tables = QUALITY_TABLES if schema == "quality" else catalog()[schema]
                for table, contract in tables.items():
                    relation = f"{quoted(schema)}.{quoted(table)}"
                    con.execute(
                        f"insert into {relation} by name select {_there(con, relation, contract)}"
                        f" from source.{relation}"
                    )
                    held = count_of(con, f"select count(*) from source.{relation}")
                    expected[schema, table] = expected.get((schema, table), 0) + held
            con.execute("detach source")
    return expected


def _there(con: Connection, relation: str, contract: type[Contract]) -> str:
    """List the columns to copy; one that may be empty is, where the file was judged before it was known."""
    described = {str(name) for name, *_ in con.execute(f"describe source.{relation}").fetchall()}
    return column_list(one for one in columns_of(contract) if one.name in described or not one.nullable)


def _digest(con: Connection) -> tuple[dict[tuple[str, str], tuple[int, str]], str]:
    rows = {
        (schema, table): table_digest(con, schema, table, contract)
        for schema, table, contract in relations()
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


def _describe(
    con: Connection,
    release_id: str,
    created_at: dt.datetime,
    inputs: ReleaseInput,
    digest: str,
    rows: dict[tuple[str, str], tuple[int, str]],
) -> None:
    """Fill `meta`, and comment every table and column."""
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
    for schema, table, contract in relations():
        comment_table(con, schema, table, contract)
        if schema != "meta":
            count, table_hash = rows[schema, table]
            con.execute(
                'insert into meta."table" values (?, ?, ?, ?, ?, ?)',
                [schema, table, grain_of(contract), list(key_of(contract)), count, table_hash],
            )
        insert_rows(
            con,
            "meta",
            "column",
            [
                (schema, table, column.name, sql_type(column), column.nullable, describe(column))
                for column in columns_of(contract)
            ],
        )
