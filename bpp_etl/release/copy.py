"""Copies registries' tables into a release: what is listed as its input is what was copied, by construction.

Each working file is held open from the moment it says which delivery it holds until its last row is copied: a
delivery that is admitted meanwhile takes the place of the file, and not of what is read. Of a registry whose
working file is damaged, the release before still has the rows.
Not here: measuring and describing them (`build.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from bpp_etl.admission.due import derivation
from bpp_etl.admission.judgement import derived_in, judgement_in
from bpp_etl.admission.working import STATUSES, WorkingFiles
from bpp_etl.errors import BppError, DamagedError
from bpp_etl.events import Protocol
from bpp_etl.release.beside import Beside, RowsBeside, show_rows
from bpp_etl.release.inputs import deliveries_before, registries_in, told_delivery
from bpp_etl.release.shelf import FILE, Shelf
from bpp_etl.warehouse.beside import SCHEMAS as BESIDE
from bpp_etl.warehouse.connection import Connection, attach_read_only, count_of, quoted, transaction
from bpp_etl.warehouse.ddl import create_table
from bpp_etl.warehouse.layout import columns_as_declared, columns_there, lacking
from schemas.catalog import catalog, relations
from schemas.quality import QUALITY_TABLES

SCHEMAS = {"admitted": ("core", "event", "quarantine", "quality"), "shut": ("quarantine", "quality")}
SOURCE = "source"


@dataclass
class Copied:
    """What was copied: the deliveries as a manifest lists them, and the rows that each table must hold.

    `damaged` has the registries with a damaged working file, and in words what the release has of them.
    """

    deliveries: list[str] = field(default_factory=list)
    expected: dict[tuple[str, str], int] = field(default_factory=dict)
    damaged: dict[str, str] = field(default_factory=dict)

    def count(self, counts: dict[tuple[str, str], int]) -> None:
        """Add the rows of one source."""
        for relation, rows in counts.items():
            self.expected[relation] = self.expected.get(relation, 0) + rows


def copy_registries(
    con: Connection, warehouse: Path, protocols: Sequence[Protocol], beside: Beside | None = None
) -> Copied:
    """Create all tables, and copy into them what each registry has in place.

    With `beside` the rows of core and quarantine go there, and what is created for them are views. Errors:
    BppError where the events of a registry are not derived by these protocols, BusyError where one is being
    written.
    """
    with transaction(con):
        con.execute("create schema metric")
        for schema, table, contract in relations():
            if schema != "metric" and (beside is None or schema not in BESIDE):
                create_table(con, schema, table, contract, is_published=True)
    copied = Copied()
    for registry in registries_in(warehouse):
        files = WorkingFiles.of(warehouse, registry)
        for status in STATUSES:
            try:
                told, counts = _copy_working_file(con, files, status, protocols, beside)
            except DamagedError as error:
                told, counts, words = _copy_from_before(con, warehouse, registry, status, protocols, beside)
                copied.damaged[registry] = f"{error.message}; {words}"
            copied.deliveries += told
            copied.count(counts)
    if beside is not None:
        show_rows(con, beside.folder)
    return copied


def is_larger(con: Connection, warehouse: Path, rows: int) -> bool:
    """Say whether a release of what registries have in place has more rows of core and quarantine."""
    every = (WorkingFiles.of(warehouse, registry) for registry in registries_in(warehouse))
    places = [(one.place_of(status), status) for one in every for status in STATUSES]
    places = [(place, status) for place, status in places if place.exists()]
    if sum(place.stat().st_size for place, _ in places) <= rows:
        return False  # a row takes a byte at least; to open the files of hundreds of registries takes a while
    found = 0
    for place, status in places:
        counts = " union all ".join(
            f"select count(*) as number from {SOURCE}.{quoted(schema)}.{quoted(table)}"
            for schema in SCHEMAS[status]
            if schema in BESIDE
            for table in catalog()[schema]
        )
        with suppress(DamagedError, duckdb.Error), _held(con, place):
            found += count_of(con, f"select sum(number)::bigint from ({counts})")
    return found > rows


def _copy_working_file(
    con: Connection,
    files: WorkingFiles,
    status: str,
    protocols: Sequence[Protocol],
    beside: Beside | None,
) -> tuple[list[str], dict[tuple[str, str], int]]:
    with files.unharmed(status) as path:
        if not path.exists():
            return [], {}
        with _held(con, path), transaction(con):
            told = judgement_in(con, path, SOURCE)
            if status == "admitted":
                _ensure_derived(con, files.folder.name, protocols)
            named = told_delivery(files.folder.name, told)
            rows = beside.of(files.folder.name, status, named) if beside is not None else None
            try:
                counts = _copy(con, status, rows)
            except BaseException:
                if rows is not None:  # they are in no transaction
                    rows.discard()
                raise
        return [named], counts


def _copy_from_before(
    con: Connection,
    warehouse: Path,
    registry: str,
    status: str,
    protocols: Sequence[Protocol],
    beside: Beside | None,
) -> tuple[list[str], dict[tuple[str, str], int], str]:
    """Copy what the newest whole release has of a registry, where it was made by the same protocols."""
    shelf = Shelf.of(warehouse)
    release_id = shelf.newest_whole() if status == "admitted" else None
    told = deliveries_before(shelf, release_id, registry, protocols) if release_id is not None else ()
    if release_id is None or not told:
        return [], {}, "the release has no rows of it"
    with _held(con, shelf.folder(release_id) / FILE), transaction(con):
        rows = beside.of(registry, status, told[0]) if beside is not None else None
        counts = _copy(con, status, rows, registry)
    return list(told), counts, f"the release has its rows of release {release_id}"


@contextmanager
def _held(con: Connection, path: Path) -> Iterator[None]:
    attach_read_only(con, path, SOURCE)
    try:
        yield
    finally:
        con.execute(f"detach {SOURCE}")


def _copy(
    con: Connection, status: str, beside: RowsBeside | None, registry: str | None = None
) -> dict[tuple[str, str], int]:
    """Copy the tables of a status, of one registry where the source holds several; count its rows there."""
    counts = {}
    for schema in SCHEMAS[status]:
        tables = QUALITY_TABLES if schema == "quality" else catalog()[schema]
        for table, contract in tables.items():
            relation = f"{quoted(schema)}.{quoted(table)}"
            which, given = _of_registry(schema, table, status, registry)
            rows = f"from {SOURCE}.{relation} where {which}"
            counts[schema, table] = count_of(con, f"select count(*) {rows}", given)
            if beside is not None and schema in BESIDE:
                columns = columns_as_declared(con, f"{SOURCE}.{relation}", contract)
                beside.put(con, schema, table, f"select {columns} {rows}", given, counts[schema, table])
            else:
                there = columns_there(con, f"{SOURCE}.{relation}", contract)
                con.execute(f"insert into {relation} by name select {there} {rows}", given)
    return counts


def _of_registry(schema: str, table: str, status: str, registry: str | None) -> tuple[str, dict[str, str]]:
    """Say which rows of a table are of a registry's delivery of a status; all, in its own working file."""
    if registry is None:
        return "true", {}
    given = {"registry": registry}
    if schema in {"core", "event"}:
        return "registry = $registry", given
    column = "status" if (schema, table) == ("quality", "delivery") else "delivery_status"
    return f"registry = $registry and {column} = $status", given | {"status": status}


def _ensure_derived(con: Connection, registry: str, protocols: Sequence[Protocol]) -> None:
    """Refuse to mix protocols: a registry that was not refreshed may have events of others, or none yet."""
    told = derived_in(con, SOURCE)
    events = (("event", table, contract) for table, contract in catalog()["event"].items())
    if told is None or told[:-1] != derivation(protocols)[:-1] or lacking(con, events, SOURCE) is not None:
        raise BppError(
            f"the events of {registry} are not derived by the protocols of this release",
            "refresh again without --registry, so that every registry is derived alike",
        )
