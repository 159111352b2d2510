"""Copies registries' tables into a release: what is listed as its input is what was copied, by construction.

Each working file is held open from the moment it says which delivery it holds until its last row is copied: a
delivery that is admitted meanwhile takes the place of the file, and not of what is read. Of a registry whose
working file is damaged, the release before still has the rows.
Not here: measuring and describing them (`build.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from bpp_etl.admission.due import derivation
from bpp_etl.admission.judgement import Judgement, judgement_in
from bpp_etl.admission.working import STATUSES, WorkingFiles
from bpp_etl.errors import BppError, DamagedError
from bpp_etl.events import Protocol
from bpp_etl.release.beside import Beside, RowsBeside, show_rows
from bpp_etl.release.inputs import deliveries_before, registries_in, told_delivery
from bpp_etl.release.shelf import FILE, Shelf
from bpp_etl.warehouse.beside import SCHEMAS as BESIDE
from bpp_etl.warehouse.connection import Connection, attach_read_only, count_of, quoted, transaction
from bpp_etl.warehouse.damage import is_damage
from bpp_etl.warehouse.ddl import create_table
from bpp_etl.warehouse.layout import columns_as_declared, columns_known, columns_there, lacking
from schemas.catalog import catalog, relations
from schemas.quality import QUALITY_TABLES

SCHEMAS = {"admitted": ("core", "event", "quarantine", "quality"), "shut": ("quarantine", "quality")}
SOURCE = "source"
SMALL = 32 << 20
"""A registry whose working files are no larger is copied together with others, in bytes."""
TOGETHER = 16
"""Registries that are copied together at most: their files are open at once."""


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
    for group in _groups(warehouse):
        if len(group) > 1 and beside is None and _copied_together(con, group, protocols, copied):
            continue
        for files in group:
            for status in STATUSES:
                _copy_alone(con, files, status, protocols, copied, beside)
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
        with suppress(DamagedError, duckdb.Error), _held(con, place, SOURCE):
            found += count_of(con, f"select sum(number)::bigint from ({counts})")
    return found > rows


def _groups(warehouse: Path) -> Iterator[list[WorkingFiles]]:
    """Yield all registries in their order, those with small files several at a time."""
    group: list[WorkingFiles] = []
    for registry in registries_in(warehouse):
        files = WorkingFiles.of(warehouse, registry)
        places = [files.place_of(status) for status in STATUSES]
        is_small = sum(place.stat().st_size for place in places if place.exists()) <= SMALL
        if group and (not is_small or len(group) == TOGETHER):
            yield group
            group = []
        group.append(files)
        if not is_small:
            yield group
            group = []
    if group:
        yield group


def _copied_together(
    con: Connection, group: Sequence[WorkingFiles], protocols: Sequence[Protocol], copied: Copied
) -> bool:
    """Copy the files of several registries by one statement for each table; not if any of them is damaged.

    To plan a statement takes longer than to copy some rows. Which file is damaged shows when each is copied
    alone.
    """
    try:
        places = []
        for files in group:
            for status in STATUSES:
                with files.unharmed(status) as path:
                    places += [(files.folder.name, status, path)] if path.exists() else []
        with ExitStack() as held:
            sources = []
            for number, (_, status, path) in enumerate(places):
                sources.append((f"{SOURCE}_{number}", status))
                held.enter_context(_held(con, path, sources[-1][0]))
            held.enter_context(transaction(con))
            told = [
                _told(con, registry, status, path, alias, protocols)
                for (registry, status, path), (alias, _) in zip(places, sources, strict=True)
            ]
            counts = _copy(con, sources)
    except DamagedError:
        return False
    except duckdb.Error as error:
        if not is_damage(error):
            raise
        return False
    copied.deliveries += told
    copied.count(counts)
    return True


def _copy_alone(
    con: Connection,
    files: WorkingFiles,
    status: str,
    protocols: Sequence[Protocol],
    copied: Copied,
    beside: Beside | None,
) -> None:
    """Copy a working file; of a damaged one what the release before has of the registry."""
    registry = files.folder.name
    try:
        with files.unharmed(status) as path:
            if not path.exists():
                return
            with _held(con, path, SOURCE), transaction(con):
                told = [_told(con, registry, status, path, SOURCE, protocols)]
                rows = beside.of(registry, status, told[0]) if beside is not None else None
                try:
                    counts = _copy(con, [(SOURCE, status)], beside=rows)
                except BaseException:
                    if rows is not None:  # they are in no transaction
                        rows.discard()
                    raise
    except DamagedError as error:
        told, counts, words = _copy_from_before(con, files.warehouse, registry, status, protocols, beside)
        copied.damaged[registry] = f"{error.message}; {words}"
    copied.deliveries += told
    copied.count(counts)


def _told(
    con: Connection, registry: str, status: str, path: Path, alias: str, protocols: Sequence[Protocol]
) -> str:
    """Name the delivery in a working file that is held, as a manifest does, if it may be in this release."""
    told = judgement_in(con, path, alias)
    if status == "admitted":
        _ensure_derived(con, alias, registry, told, protocols)
    return told_delivery(registry, told)


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
    with _held(con, shelf.folder(release_id) / FILE, SOURCE), transaction(con):
        rows = beside.of(registry, status, told[0]) if beside is not None else None
        counts = _copy(con, [(SOURCE, status)], registry, rows)
    return list(told), counts, f"the release has its rows of release {release_id}"


@contextmanager
def _held(con: Connection, path: Path, alias: str) -> Iterator[None]:
    attach_read_only(con, path, alias)
    try:
        yield
    finally:
        con.execute(f"detach {alias}")


def _copy(
    con: Connection,
    sources: Sequence[tuple[str, str]],
    registry: str | None = None,
    beside: RowsBeside | None = None,
) -> dict[tuple[str, str], int]:
    """Copy the tables of attached files, each with its status, by one statement for each; count rows there.

    Of one registry where a source holds several. With `beside` rows that lie there go there, of one source.
    """
    counts = {}
    known = columns_known(con, [alias for alias, _ in sources])
    for schema in dict.fromkeys(schema for _, status in sources for schema in SCHEMAS[status]):
        tables = QUALITY_TABLES if schema == "quality" else catalog()[schema]
        for table, contract in tables.items():
            relation = f"{quoted(schema)}.{quoted(table)}"
            is_beside = beside is not None and schema in BESIDE
            columns = columns_as_declared if is_beside else columns_there
            selects: list[str] = []
            given: dict[str, str] = {}
            for alias, status in sources:
                if schema in SCHEMAS[status]:
                    which, values = _of_registry(schema, table, status, registry)
                    given |= values
                    there = columns(known[alias, schema, table], contract)
                    selects.append(f"select {there} from {alias}.{relation} where {which}")
            rows = " union all by name ".join(selects)
            number = counts[schema, table] = count_of(con, f"select count(*) from ({rows})", given)
            if beside is not None and is_beside:
                beside.put(con, schema, table, rows, given, number)
            else:
                con.execute(f"insert into {relation} by name {rows}", given)
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


def _ensure_derived(
    con: Connection, alias: str, registry: str, told: Judgement, protocols: Sequence[Protocol]
) -> None:
    """Refuse to mix protocols: a registry that was not refreshed may have events of others, or none yet."""
    events = (("event", table, contract) for table, contract in catalog()["event"].items())
    if (
        told.derived is None
        or told.derived[:-1] != derivation(protocols)[:-1]
        or lacking(con, events, alias) is not None
    ):
        raise BppError(
            f"the events of {registry} are not derived by the protocols of this release",
            "refresh again without --registry, so that every registry is derived alike",
        )
